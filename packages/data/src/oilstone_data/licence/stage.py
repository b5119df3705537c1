"""Licences as a stage of a build: rows under other terms, or none known, are refused."""

from __future__ import annotations

from collections.abc import Iterable

from oilstone_data.licence.expression import UNKNOWN, Allowed
from oilstone_data.stage import Refusal, Row


class LicenceFilter:
    """A local stage. With `allow`, SPDX identifiers, each row's `licence` must permit its use under
    one of them; without, only rows whose licence is `unknown` are refused.
    """

    def __init__(self, allow: Iterable[str] | None = None) -> None:
        self._allowed = None if allow is None else Allowed(allow)

    def __call__(self, row: Row) -> Refusal | None:
        """The refusal of a row that may not be used."""
        licence = row["licence"]
        good = licence != UNKNOWN if self._allowed is None else licence in self._allowed
        return None if good else Refusal("licence", f"{licence} is not among what is allowed")
