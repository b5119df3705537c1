"""Items too short for runs of words: found as whole lines, or as a row's whole text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from oilstone_data.decontaminate.batch import Batch
from oilstone_data.decontaminate.grams import by_row
from oilstone_data.dedup.words import Hashes, Positions

# Brackets, commas and what ends or joins lines are what formatters add and take away.
_TOKEN = re.compile(r"\w+|[^\w\s(),;\\]")
_GAP = r"[\s(),;\\]*"
_EDGE = r"(?:[^\S\n]|[(),;\\])*"
_SHORTEST = 14  # characters but blanks: `return x + y` alone is nobody's
_QUOTES = "\"'`"


def squeezed(text: str) -> str:
    """`text` in lower case without what formatters change, and with one sort of quotes."""
    return re.sub(r"[\s(),;\\]+", "", text.lower()).translate(str.maketrans("'`", '""'))


@cache
def pattern(text: str) -> re.Pattern[str]:
    """Matches `text` laid out anyhow, from the beginning of a line to the end of a line."""
    tokens = _TOKEN.findall(text.lower())
    marks = (f"[{_QUOTES}]" if token in _QUOTES else re.escape(token) for token in tokens)
    return re.compile(f"^{_EDGE}{_GAP.join(marks)}{_EDGE}$", re.MULTILINE)


class LineIndex:
    """Texts of at least `k` words and some length, looked for as whole lines."""

    def __init__(self, k: int, texts: Sequence[str], hashes: Sequence[Hashes]) -> None:
        self._texts, self._hashes = texts, hashes
        self._starts: dict[tuple[int, ...], list[int]] = {}
        for number, words in enumerate(hashes):
            if len(words) >= k and len("".join(texts[number].split())) >= _SHORTEST:
                self._starts.setdefault(tuple(words[:k].tolist()), []).append(number)
        self._k = k

    def find(self, batch: Batch, places: Positions) -> Iterator[tuple[int, int]]:
        """(row, text) for every text that a row holds from one of `places` on."""
        for row, mine in by_row(batch.words, places, self._k):
            for number in sorted(self._likely(batch.words.hashes, mine)):
                if pattern(self._texts[number]).search(batch.rows[row].lower()):
                    yield row, number

    def _likely(self, hashes: Hashes, places: Positions) -> set[int]:
        """Texts all words of which stand in the row."""
        return {
            number
            for place in places.tolist()
            for number in self._starts.get(tuple(hashes[place : place + self._k].tolist()), ())
            if np.array_equal(
                hashes[place : place + len(self._hashes[number])], self._hashes[number]
            )
        }
