"""An inverted index of prefixes in three flat arrays: small, and looked up by whole prefixes."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from oilstone_data.dedup.words import Positions

Tokens = npt.NDArray[np.uint32]
_MOST_SLOTS = 1 << 24


class Found(NamedTuple):
    """Places that share tokens with a prefix, ascending, and at most how many each one shares."""

    places: npt.NDArray[np.int32]
    shared: Positions


NOTHING = Found(np.empty(0, np.int32), np.empty(0, np.int64))


class PrefixIndex:
    """Which of the texts entered so far share prefix tokens with a text; texts go by place.

    All prefixes are known before, so that each slot has its room. Tokens that fall into one slot
    make the index name more places and larger numbers, never fewer.
    """

    def __init__(self, prefixes: Iterable[Tokens]) -> None:
        self._tokens, self._bounds = _flat(prefixes)
        total = len(self._tokens)
        self._size = min(1 << max(total.bit_length() + 1, 10), _MOST_SLOTS)
        room = np.zeros(self._size + 1, np.int64)
        for place in range(len(self._bounds) - 1):
            room[self._slots(place)[0] + np.uint32(1)] += 1
        self._next = np.cumsum(room)[:-1]
        self._used = np.zeros(self._size, np.int32)
        self._places = np.empty(total, np.int32)

    def _slots(self, place: int) -> tuple[Tokens, int]:
        """Distinct slots of a prefix, and how many tokens share a slot with another one."""
        tokens = self._tokens[self._bounds[place] : self._bounds[place + 1]]
        slots = tokens & np.uint32(self._size - 1)
        slots.sort()
        slots = slots[np.flatnonzero(starts(slots))]
        return slots, len(tokens) - len(slots)

    def find(self, place: int) -> Found:
        """Look up the prefix of the text at `place`."""
        slots, merged = self._slots(place)
        used = self._used[slots]
        slots, used = slots[used > 0], used[used > 0]
        if not len(used):
            return NOTHING
        ends = used.cumsum()
        # The entries of a slot end where its next one would go.
        where = np.repeat(self._next[slots] - ends, used)
        where += np.arange(ends[-1])
        return _counted(self._places[where], merged)

    def add(self, place: int) -> None:
        """Enter the text at `place`."""
        slots, _ = self._slots(place)
        self._places[self._next[slots]] = place
        self._next[slots] += 1
        self._used[slots] += 1


def _counted(places: npt.NDArray[np.int32], merged: int) -> Found:
    places.sort()
    first = np.flatnonzero(starts(places))
    shared = np.empty(len(first), np.int64)
    np.subtract(first[1:], first[:-1], out=shared[:-1])
    shared[-1] = len(places) - first[-1]
    return Found(places[first], shared + merged)


def starts(ascending: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Whether each value differs from the one before it."""
    new = np.ones(len(ascending), np.bool_)
    np.not_equal(ascending[1:], ascending[:-1], out=new[1:])
    return new


def _flat(prefixes: Iterable[Tokens]) -> tuple[Tokens, array[int]]:
    tokens, bounds = array("I"), array("q", [0])
    for prefix in prefixes:
        tokens.frombytes(prefix.tobytes())
        bounds.append(len(tokens))
    return np.frombuffer(tokens, np.uint32), bounds
