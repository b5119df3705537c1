"""Sets of hashes that answer for many at once, and whose each of them is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]
AnyHashes = npt.NDArray[np.unsignedinteger[Any]]


class Members:
    """A set of hashes: a table of leading bits, then a search."""

    def __init__(self, hashes: AnyHashes) -> None:
        self._sorted = np.unique(hashes)
        bits = min(max((32 * len(self._sorted)).bit_length(), 10), 26)
        self._shift = hashes.dtype.type(8 * hashes.itemsize - bits)
        self._table = np.zeros(1 << bits, np.bool_)
        self._table[self._sorted >> self._shift] = True

    def __len__(self) -> int:
        return len(self._sorted)

    def find(self, hashes: AnyHashes) -> tuple[Places, Places]:
        """Where `hashes` are members, ascending, and the number of each such member."""
        maybe = np.flatnonzero(self._table.take(hashes >> self._shift, mode="clip"))
        numbers = self.numbers(hashes[maybe])
        found = numbers < len(self._sorted)
        return maybe[found], numbers[found]

    def numbers(self, hashes: AnyHashes) -> Places:
        """The number of each hash among the members; their count for one that is none."""
        if not len(self._sorted):
            return np.zeros(len(hashes), np.int64)
        there = np.searchsorted(self._sorted, hashes)
        there[there == len(self._sorted)] = 0
        return np.where(self._sorted[there] == hashes, there, len(self._sorted))


class Owned:
    """Hashes and their owners, a pair for each."""

    def __init__(self, hashes: AnyHashes, owners: Places) -> None:
        self.members = Members(hashes)
        numbers = self.members.numbers(hashes)
        self._owners = owners[np.argsort(numbers, kind="stable")]
        self._counts = np.bincount(numbers, minlength=len(self.members))
        self._starts = np.cumsum(self._counts) - self._counts

    def owners(self, numbers: Places) -> tuple[Places, Places]:
        """The place in `numbers` of a member, and its owner: all owners of one, then the next's."""
        counts = self._counts[numbers]
        first = np.repeat(self._starts[numbers] - np.cumsum(counts) + counts, counts)
        each = np.repeat(np.arange(len(numbers)), counts)
        return each, self._owners[first + np.arange(len(first))]


def holders(codes: npt.NDArray[Any], groups: Places) -> Places:
    """How many groups hold each code; `groups` is the number of the group where it stands."""
    _, kinds = np.unique(codes, return_inverse=True)
    width = int(groups.max(initial=0)) + 1
    return np.bincount(np.unique(kinds * width + groups) // width)[kinds]


def numbered(groups: Sequence[object]) -> Places:
    """The same number for equal groups."""
    numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    return np.array([numbers[group] for group in groups], np.int64)
