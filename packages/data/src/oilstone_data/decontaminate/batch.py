"""Rows as they are searched: their words at once, and any stretch of one row by its words."""

from __future__ import annotations

from collections.abc import Sequence

from oilstone_data.dedup.words import located_words, normal_bytes

_MARGIN = 40  # characters around words in which the outer operators stand


class Batch:
    """Rows of one text each, with hashes of their words."""

    def __init__(self, rows: Sequence[str]) -> None:
        self.rows = rows
        self.words, self._starts, self._offsets = located_words(rows)

    def cut(self, row: int, first: int, last: int) -> str:
        """Words `first` to `last` of the batch as far as they are in `row`, and what is around."""
        low, high = self.words.bounds[row], self.words.bounds[row + 1]
        first, last = max(first, int(low)), min(last, int(high) - 1)
        start, end = self._span(row, first, last)
        return self.rows[row][max(start - _MARGIN, 0) : end + _MARGIN]

    def _span(self, row: int, first: int, last: int) -> tuple[int, int]:
        """First character of word `first`, and of word `last`."""
        start, end = (self._starts[[first, last]] - self._offsets[row]).tolist()
        if self.rows[row].isascii():
            return start, end
        normal = normal_bytes(self.rows[row])
        return len(normal[:start].decode()), len(normal[:end].decode())
