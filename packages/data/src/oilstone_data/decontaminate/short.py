"""Items too short for runs of words: found as whole lines, or as a row's whole text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from oilstone_data.decontaminate.grams import Members, Places, by_row
from oilstone_data.decontaminate.windows import windows
from oilstone_data.dedup.words import Hashes, Words

_TOKEN = re.compile(r"\w+|[^\w\s]")
_SHORTEST = 14  # characters but blanks: `return x + y` alone is nobody's
_QUOTES = "\"'`"


def squeezed(text: str) -> str:
    """`text` in lower case without blanks, one sort of quotes and no mark at its end."""
    return re.sub(r"\s+", "", text.lower()).translate(str.maketrans("'`", '""')).rstrip(";,")


@cache
def pattern(text: str) -> re.Pattern[str]:
    """Matches `text` laid out anyhow, from the beginning of a line to the end of a line."""
    tokens = _TOKEN.findall(text.lower().strip().rstrip(";,"))
    marks = (f"[{_QUOTES}]" if token in _QUOTES else re.escape(token) for token in tokens)
    return re.compile(r"^[^\S\n]*" + r"\s*".join(marks) + r"[^\S\n]*[;,]?[^\S\n]*$", re.MULTILINE)


class LineIndex:
    """Texts of at least `k` words and some length, looked for as whole lines."""

    def __init__(self, k: int, texts: Sequence[str], hashes: Sequence[Hashes]) -> None:
        self._k = k
        self._texts, self._hashes = texts, hashes
        self._starts: dict[int, list[int]] = {}
        for number, words in enumerate(hashes):
            if len(words) >= k and len(squeezed(texts[number])) >= _SHORTEST:
                self._starts.setdefault(int(windows(words, k)[0]), []).append(number)
        self._members = Members(list(self._starts))

    def find(self, batch: Words, rows: Sequence[str]) -> Iterator[tuple[int, int]]:
        """(row, text) for every text that a row holds."""
        grams = windows(batch.hashes, self._k)
        for row, places in by_row(batch, self._members.positions(grams), self._k):
            for number in sorted(self._likely(batch, grams, places)):
                if pattern(self._texts[number]).search(rows[row].lower()):
                    yield row, number

    def _likely(self, batch: Words, grams: Hashes, places: Places) -> set[int]:
        """Texts all words of which stand in the row."""
        return {
            number
            for place, gram in zip(places.tolist(), grams[places].tolist(), strict=True)
            for number in self._starts[gram]
            if np.array_equal(
                batch.hashes[place : place + len(self._hashes[number])], self._hashes[number]
            )
        }
