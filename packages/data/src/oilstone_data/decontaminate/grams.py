"""An index of runs of words: how much of which text does a row hold?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from oilstone_data.dedup.words import Hashes, Words

Places = npt.NDArray[np.int64]
_FEW = 3  # a text needs as many runs of its own to be told by half of them


class Share(NamedTuple):
    """Text number `text` of the index, and which share of its runs was found."""

    text: int
    share: float


class Members:
    """A set of hashes that answers for many at once: a table of leading bits, then a search."""

    def __init__(self, hashes: npt.NDArray[np.unsignedinteger[Any]]) -> None:
        self._sorted = np.unique(hashes)
        bits = min(max((32 * len(self._sorted)).bit_length(), 10), 26)
        self._shift = hashes.dtype.type(8 * hashes.itemsize - bits)
        self._table = np.zeros(1 << bits, np.bool_)
        self._table[self._sorted >> self._shift] = True

    def __len__(self) -> int:
        return len(self._sorted)

    def find(self, hashes: npt.NDArray[np.unsignedinteger[Any]]) -> tuple[Places, Places]:
        """Where `hashes` are members, ascending, and the number of each such member."""
        maybe = np.flatnonzero(self._table.take(hashes >> self._shift, mode="clip"))
        numbers = self.numbers(hashes[maybe])
        found = numbers < len(self._sorted)
        return maybe[found], numbers[found]

    def numbers(self, hashes: npt.NDArray[np.unsignedinteger[Any]]) -> Places:
        """The number of each hash among the members; their count for one that is none."""
        if not len(self._sorted):
            return np.zeros(len(hashes), np.int64)
        there = np.searchsorted(self._sorted, hashes)
        there[there == len(self._sorted)] = 0
        return np.where(self._sorted[there] == hashes, there, len(self._sorted))


def most_holders(groups: Sequence[object]) -> int:
    """How many items may hold a run of words that still tells which item it is."""
    return max(4, len(set(groups)) // 50)


class GramIndex:
    """Runs of words of many texts.

    `groups[i]` is the item of text i. Runs that stand in several items at once (a licence, the
    usual way to read a line) tell nothing; a text of little else is matched only by all its runs.
    """

    def __init__(self, texts: Sequence[Hashes], groups: Sequence[object], share: float) -> None:
        owners: dict[int, list[int]] = {}
        for number, grams in enumerate(texts):
            for gram in np.unique(grams).tolist():
                owners.setdefault(gram, []).append(number)
        most = most_holders(groups)
        common = {gram for gram, held in owners.items() if len({groups[n] for n in held}) > most}
        own = Counter(n for gram, held in owners.items() if gram not in common for n in held)
        every = Counter(n for held in owners.values() for n in held)
        self._needed = [
            (own[n], share) if own[n] >= _FEW else (every[n], 1.0) for n in range(len(texts))
        ]
        told = [own[n] >= _FEW for n in range(len(texts))]
        kept = {g: [n for n in held if not (g in common and told[n])] for g, held in owners.items()}
        self._owners = {gram: held for gram, held in kept.items() if held}
        self.members = Members(np.array(list(self._owners), np.uint64))

    def matches(self, grams: Hashes) -> list[Share]:
        """The texts of which `grams` hold enough, the largest share first."""
        found: Counter[int] = Counter()
        for gram in np.unique(grams).tolist():
            for number in self._owners.get(gram, ()):
                found[number] += 1
        shares = [
            Share(number, count / self._needed[number][0])
            for number, count in found.items()
            if count >= self._needed[number][1] * self._needed[number][0]
        ]
        return sorted(shares, key=lambda share: (-share.share, share.text))


def by_row(batch: Words, places: Places, k: int) -> Iterator[tuple[int, Places]]:
    """Group ascending starts of runs of `k` words by row; a run over two rows is none."""
    rows = np.searchsorted(batch.bounds, places, "right") - 1
    inside = places + k <= batch.bounds[rows + 1]
    rows, places = rows[inside], places[inside]
    cuts = np.flatnonzero(rows[1:] != rows[:-1]) + 1
    if len(rows):
        for mine, row in zip(np.split(places, cuts), rows[np.append(0, cuts)], strict=True):
            yield int(row), mine
