"""What every step of a build agrees on: rows go in, each comes out kept or refused with a reason.

A local stage looks at one row and at nothing else, so that any process may run it on any part of
the rows. A global stage sees all rows, in the order of the sources, as often as it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

Row = dict[str, Any]


class Refusal(NamedTuple):
    """Why a row does not enter the dataset: a slug for counting, a sentence for people."""

    reason: str
    explanation: str


class Kept(NamedTuple):
    """A row that goes on."""

    row: Row


class Refused(NamedTuple):
    """A row that does not: what `Refusal` says, and about which row."""

    row: Row
    reason: str
    explanation: str


Check = Callable[[Row], Refusal | None]
# None: the row goes on as it is; a row: it goes on like this.
LocalStage = Callable[[Row], Row | Refusal | None]
# One answer per row, in the order of the rows; `rows` may be iterated more than once.
GlobalStage = Callable[[Iterable[Row]], Iterator[Kept | Refused]]
