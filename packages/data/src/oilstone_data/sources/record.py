"""What every kind of source yields, and the parts that a source is read in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from oilstone_data.stage import Refusal, Row


class Record(NamedTuple):
    """One row as the source holds it.

    `number` counts from 1 within the source; `raw` is its line where the source is JSON Lines;
    `value` is None when the row could not be read, which `refusal` explains.
    """

    number: int
    raw: bytes | None
    value: Row | None
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Part:
    """A piece of a source that one process reads by itself: `start` to `end`, in the kind's unit.

    `first` is the number of its first row, `path` the file it lies in.
    """

    source: dict[str, Any]
    path: str
    start: int
    end: int
    first: int


@dataclass(frozen=True)
class Inventory:
    """What a source held when it was looked at: its parts, and the hash they answer to."""

    parts: list[Part]
    sha256: str
    revision: str | None = None
    notes: list[str] = field(default_factory=list)
