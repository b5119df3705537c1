"""Rows as they are searched: their words at once, and any stretch of one row by its words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

import numpy as np

from oilstone_data.dedup.words import Positions, located_words

_MARGIN = 40  # characters around words in which the outer operators stand


class Batch:
    """Rows of one text each, with hashes of their words."""

    def __init__(self, rows: Sequence[str]) -> None:
        self.rows = rows
        self.words, self._starts, self._offsets = located_words(rows)

    def rows_of(self, places: Positions) -> Positions:
        """The row of each word."""
        found: Positions = np.searchsorted(self.words.bounds, places, "right") - 1
        return found

    def cut(self, row: int, first: int, last: int) -> str:
        """Words `first` to `last` of the batch as far as they are in `row`, and what is around."""
        low, high = self.words.bounds[row], self.words.bounds[row + 1]
        first, last = max(first, int(low)), min(last, int(high) - 1)
        start, end = self._span(row, first, last, int(low))
        return self.rows[row][max(start - _MARGIN, 0) : end + _MARGIN]

    def _span(self, row: int, first: int, last: int, low: int) -> tuple[int, int]:
        """First character of word `first`, and of word `last`."""
        text = self.rows[row]
        if text.isascii():
            start, end = self._starts[[first, last]] - self._offsets[row]
            return int(start), int(end)
        found = list(islice(re.finditer(r"\w+", text), first - low, last - low + 1))
        return found[0].start(), found[-1].start()
