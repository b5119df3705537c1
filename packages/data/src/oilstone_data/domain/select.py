"""The domain stage of a build: each row is classified, and those of other domains are refused."""

from __future__ import annotations

from collections.abc import Sequence

from oilstone_data.domain.signals import selected
from oilstone_data.domain.weights import shipped
from oilstone_data.stage import Refusal, Row


class Domains:
    """A local stage: writes a row's `domain`; refuses it (`other_domain`) unless it is wanted.

    `wanted` names domains; when empty, every one is.
    """

    def __init__(self, wanted: Sequence[str]) -> None:
        self.wanted = wanted

    def __call__(self, row: Row) -> Row | Refusal | None:
        """Classify by the row's tags, then by its prompt."""
        verdict = shipped().classify(row["prompt"], row.get("tags", ()))
        if self.wanted and not selected(self.wanted, verdict):
            asked = ", ".join(self.wanted)
            return Refusal("other_domain", f"{verdict.domain} by its {verdict.by}; wanted: {asked}")
        return {**row, "domain": verdict.domain}
