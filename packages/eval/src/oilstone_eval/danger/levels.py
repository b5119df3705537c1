"""How much harm, of what kind, where in the text."""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple


class Level(IntEnum):
    """safe; review: look before you run it; dangerous: loses data or opens the machine to others;
    critical: loses the machine."""

    SAFE = 0
    REVIEW = 1
    DANGEROUS = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """The level as it is written in verdicts."""
        return self.name.lower()


class Hit(NamedTuple):
    """What a rule found in one command."""

    level: Level
    category: str
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A hit and its place: character offsets into the text that was assessed."""

    level: Level
    category: str
    reason: str
    start: int
    end: int
