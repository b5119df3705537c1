"""Short programs with other names: found whole, word by word, before tokens are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from oilstone_data.decontaminate.grams import Members, Places
from oilstone_data.decontaminate.names import blind, keeps, pattern_of
from oilstone_data.decontaminate.tokens import Tokens
from oilstone_data.decontaminate.windows import windows
from oilstone_data.dedup.words import Hashes, Words

_MARGIN = 40  # characters around the words in which the outer operators stand


class _Program(NamedTuple):
    """A text, what its words are but for names, and its run of most keywords and numbers."""

    number: int
    pattern: list[int]
    runs: Hashes
    offset: int


class WholeIndex:
    """Programs of at least `k` words by all of their words and operators.

    Those without any keyword or number are left out: they look like everything.
    """

    def __init__(self, k: int, texts: Sequence[str], hashes: Sequence[Hashes]) -> None:
        self._tokens = {n: Tokens.of(texts[n]) for n, h in enumerate(hashes) if len(h) >= k}
        self._programs: dict[int, list[_Program]] = {}
        for number in self._tokens:
            if program := _program(number, hashes[number], k):
                anchor = int(program.runs[program.offset])
                self._programs.setdefault(anchor, []).append(program)
        self._members = Members(list(self._programs))

    def find(self, batch: Words, runs: Hashes, rows: Sequence[str]) -> Iterator[tuple[int, int]]:
        """(row, text) for every program in the batch; `runs` are its blind runs of `k` words."""
        places = self._members.positions(runs)
        anchors = runs[places]
        for anchor in np.unique(anchors).tolist():
            for program in self._programs[anchor]:
                starts = self._alike(program, places[anchors == anchor], runs)
                for row, first in _in_rows(batch, starts, len(program.pattern)):
                    if self._equal(program, batch, row, first, rows[row]):
                        yield row, program.number

    def _alike(self, program: _Program, places: Places, runs: Hashes) -> Places:
        """Starts at which the first and the last blind run are the program's too."""
        starts = places - program.offset
        more = len(program.runs) - 1
        starts = starts[(starts >= 0) & (starts + more < len(runs))]
        same = (runs[starts] == program.runs[0]) & (runs[starts + more] == program.runs[-1])
        found: Places = starts[same]
        return found

    def _equal(self, program: _Program, batch: Words, row: int, first: int, text: str) -> bool:
        size = len(program.pattern)
        start = int(batch.bounds[row]) + first
        if pattern_of(batch.hashes[start : start + size]) != program.pattern:
            return False
        return Tokens.of(_cut(text.lower(), first, size)).hold(self._tokens[program.number])


def _program(number: int, hashes: Hashes, k: int) -> _Program | None:
    kept = keeps(hashes)
    total = np.concatenate([[0], np.cumsum(kept)])
    told = total[k:] - total[:-k]
    if not told.max():
        return None
    runs = windows(blind(hashes, kept), k)
    return _Program(number, pattern_of(hashes), runs, int(told.argmax()))


def _in_rows(batch: Words, starts: Places, size: int) -> Iterator[tuple[int, int]]:
    """(row, place within it) of every start from which `size` words stand in one row."""
    rows = np.searchsorted(batch.bounds, starts, "right") - 1
    inside = starts + size <= batch.bounds[rows + 1]
    places = starts - batch.bounds[rows]
    yield from zip(rows[inside].tolist(), places[inside].tolist(), strict=True)


def _cut(text: str, first: int, size: int) -> str:
    """The words `first` to `first + size` of `text` and what stands around them."""
    found = list(islice(re.finditer(r"\w+", text), first, first + size))
    return text[max(found[0].start() - _MARGIN, 0) : found[-1].end() + _MARGIN]
