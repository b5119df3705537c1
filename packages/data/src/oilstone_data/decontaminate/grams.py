"""An index of runs of words: how much of which text does a row hold?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from oilstone_data.decontaminate.members import Owned, Places, holders, numbered
from oilstone_data.decontaminate.windows import windows, windows_at, windows_within
from oilstone_data.dedup.words import Words

_FEW = 3  # a text needs as many runs of its own to be told by half of them


class Share(NamedTuple):
    """Text number `text` of the index, and which share of its runs was found."""

    text: int
    share: float


def most_holders(groups: Sequence[object]) -> int:
    """How many items may hold a run of words that still tells which item it is."""
    return max(4, len(set(groups)) // 50)


class GramIndex:
    """Runs of `k` words of many texts.

    `groups[i]` is the item of text i. Runs that stand in several items at once (a licence, the
    usual way to read a line) tell nothing; a text of little else is matched only by all its runs.
    """

    def __init__(self, texts: Words, k: int, groups: Sequence[object], share: float) -> None:
        places, owners = windows_within(texts.bounds, k)
        grams = windows(texts.hashes, k)[places]
        common = holders(grams, numbered(groups)[owners]) > most_holders(groups)
        pairs = np.lexsort((owners, grams))
        grams, owners, common = grams[pairs], owners[pairs], common[pairs]
        new = np.ones(len(grams), np.bool_)
        new[1:] = (grams[1:] != grams[:-1]) | (owners[1:] != owners[:-1])
        grams, owners, common = grams[new], owners[new], common[new]
        own = np.bincount(owners[~common], minlength=len(groups))
        told = own >= _FEW
        self._runs = np.where(told, own, np.bincount(owners, minlength=len(groups)))
        self._least = np.where(told, share, 1.0) * self._runs
        kept = ~(common & told[owners])
        self._owned = Owned(grams[kept], owners[kept])
        self._k = k

    def find(self, batch: Words, places: Places) -> Iterator[tuple[int, Share]]:
        """(row, share) of rows that hold enough of a text from `places` on; the largest share."""
        rows, places = within_rows(batch, places, self._k)
        there, numbers = self._owned.members.find(windows_at(batch.hashes, places, self._k))
        pairs = np.unique(rows[there] * len(self._owned.members) + numbers)
        rows, numbers = np.divmod(pairs, max(len(self._owned.members), 1))
        each, owners = self._owned.owners(numbers)
        cells, counts = np.unique(rows[each] * len(self._runs) + owners, return_counts=True)
        rows, texts = np.divmod(cells, max(len(self._runs), 1))
        enough = counts >= self._least[texts]
        rows, texts, shares = rows[enough], texts[enough], (counts / self._runs[texts])[enough]
        last = -1
        for best in np.lexsort((texts, -shares, rows)).tolist():
            if rows[best] != last:
                last = int(rows[best])
                yield last, Share(int(texts[best]), float(shares[best]))


def within_rows(batch: Words, places: Places, k: int) -> tuple[Places, Places]:
    """Rows and starts of the runs of `k` words among `places` that lie in one row."""
    rows = np.searchsorted(batch.bounds, places, "right") - 1
    inside = places + k <= batch.bounds[rows + 1]
    return rows[inside], places[inside]


def by_row(batch: Words, places: Places, k: int) -> Iterator[tuple[int, Places]]:
    """Group ascending starts of runs of `k` words by row; a run over two rows is none."""
    rows, places = within_rows(batch, places, k)
    cuts = np.flatnonzero(rows[1:] != rows[:-1]) + 1
    if len(rows):
        for mine, row in zip(np.split(places, cuts), rows[np.append(0, cuts)], strict=True):
            yield int(row), mine
