"""Programs whose names were changed: recognised by a few blind runs, then compared exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from oilstone_data.decontaminate.grams import GramIndex, Members, Share, by_row
from oilstone_data.decontaminate.names import blind, keeps, renamed_windows
from oilstone_data.decontaminate.windows import windows
from oilstone_data.dedup.words import Hashes, Words

_TELLING = 0.2  # share of keywords and numbers in a run that says something without its names
_ANCHORS = 4  # runs by which a text is recognised


class RenamedIndex:
    """Texts of at least `k` words by what a change of names leaves; `share` of it is a match."""

    def __init__(
        self, k: int, texts: Sequence[Hashes], groups: Sequence[object], share: float
    ) -> None:
        self._k = k
        told = [_telling(text, k) for text in texts]
        grams = [
            renamed_windows(text, keeps(text), k)[count >= _TELLING * k]
            for text, count in zip(texts, told, strict=True)
        ]
        self._index = GramIndex(grams, groups, share, whole=False)
        anchors = (_anchors(text, n, k) for text, n in zip(texts, told, strict=True))
        self._anchors = Members([anchor for found in anchors for anchor in found])

    def find(self, batch: Words, runs: Hashes) -> Iterator[tuple[int, list[Share]]]:
        """Texts that rows of the batch hold; `runs` are its blind runs of `k` words."""
        places = self._anchors.positions(runs)
        for row, _ in by_row(batch, places, self._k):
            mine = batch.hashes[batch.bounds[row] : batch.bounds[row + 1]]
            grams = renamed_windows(mine, keeps(mine), self._k)
            if found := self._index.matches(grams[self._index.members.positions(grams)]):
                yield row, found


def blinded(hashes: Hashes) -> Hashes:
    """Words without names."""
    return blind(hashes, keeps(hashes))


def _telling(text: Hashes, k: int) -> npt.NDArray[np.int64]:
    """How many keywords and numbers each run of `k` words holds."""
    if len(text) < k:
        return np.empty(0, np.int64)
    total = np.concatenate([[0], np.cumsum(keeps(text))])
    told: npt.NDArray[np.int64] = total[k:] - total[:-k]
    return told


def _anchors(text: Hashes, told: npt.NDArray[np.int64], k: int) -> list[int]:
    """The blind runs that hold most keywords and numbers, not too near to one another."""
    runs = windows(blinded(text), k)
    chosen: list[int] = []
    for place in np.argsort(-told, kind="stable").tolist():
        if told[place] < _TELLING * k or len(chosen) == _ANCHORS:
            break
        if all(abs(place - other) >= k // 4 for other in chosen):
            chosen.append(place)
    return [int(runs[place]) for place in chosen]
