"""Notes: a name of two words and its number of two halves on a line, among lines that say nothing.

Every word and half is common; which pairs are used decides a hash of the pair. So the names and
numbers of the family `unseen` are ones that no training row ever held.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

FIRST = [a + b for a, b in product("bdfgk", ("ano", "elu", "iro", "omi", "uta", "ari"))]
SECOND = [a + b for a, b in product("lmprt", ("aven", "edis", "ilon", "oster", "umar", "aking"))]
HALVES = [str(number) for number in range(113, 990, 35)]
_SENTENCE = "and then it was said that all of them had to wait until the rain was over"
FILLER = sorted(set(_SENTENCE.split()))
LAST = 26  # words after the last note: out of sight of any tiny window
UNSEEN = 5  # one pair of so many


@dataclass(frozen=True)
class Size:
    """How many of something stand in the notes."""

    name: str
    size: int


@dataclass(frozen=True)
class Family:
    """Notes of names and numbers from one side, with slots for how many, and how far apart."""

    name: str
    unseen: bool
    slots: tuple[Sequence[Size], ...]


@dataclass(frozen=True)
class Notes:
    """A prompt, the name in the fence at its start, and the number that goes with it."""

    prompt: str
    name: str
    number: str


_SLOTS = (
    [Size(f"{n}_notes", n) for n in (4, 5, 6, 7, 8)],
    [Size(f"{n}_words_apart", n) for n in (2, 4, 6)],
)
FAMILIES = {
    name: Family(name, unseen, _SLOTS) for name, unseen in (("seen", False), ("unseen", True))
}


def notes(unseen: bool, facts: int, apart: int, rng: random.Random) -> Notes:
    """Draw `facts` notes, at most `apart` words between two of them, and ask for one."""
    numbers: dict[str, str] = {}
    while len(numbers) < facts:
        numbers[_pair(FIRST, SECOND, " ", unseen, rng)] = _pair(HALVES, HALVES, "", unseen, rng)
    lines = [line for note in numbers.items() for line in _lines(note, apart, rng)]
    name = rng.choice(list(numbers))
    prompt = "\n".join([f"```math\n{name}\n```", *lines, _words(LAST, rng)])
    return Notes(prompt, name, numbers[name])


def _lines(note: tuple[str, str], apart: int, rng: random.Random) -> Iterator[str]:
    if count := rng.randrange(apart + 1):
        yield _words(count, rng)
    yield "=".join(note)


def _words(count: int, rng: random.Random) -> str:
    return " ".join(rng.choice(FILLER) for _ in range(count))


def _pair(
    ones: Sequence[str], others: Sequence[str], between: str, unseen: bool, rng: random.Random
) -> str:
    while True:
        pair = rng.choice(ones) + between + rng.choice(others)
        if (zlib.crc32(pair.encode()) % UNSEEN == 0) is unseen:
            return pair
