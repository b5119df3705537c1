"""Rows against evaluation items: copied, laid out anew, without comments, with other names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from oilstone_data.decontaminate.batch import Batch
from oilstone_data.decontaminate.grams import GramIndex, Share
from oilstone_data.decontaminate.items import Item, Text
from oilstone_data.decontaminate.names import given_names
from oilstone_data.decontaminate.renamed import Bare, RenamedIndex
from oilstone_data.decontaminate.short import LineIndex, squeezed
from oilstone_data.decontaminate.sieve import RUN, Sieve
from oilstone_data.dedup.words import words

COPIED = 13  # words in a run; Brown et al. 2020, "Language Models are Few-Shot Learners", app. C


class Match(NamedTuple):
    """The item that a row holds, which part of it, how it was told, and how much of it."""

    item: Item
    part: str
    how: str
    share: float


class Detector:
    """All evaluation items, ready to be looked for.

    A row holds a text when it holds the share `copied` of its runs of words, or, for a program, the
    share `renamed` of its tokens, whatever its names are; a little more of a short one.
    """

    def __init__(self, texts: Sequence[Text], copied: float = 0.5, renamed: float = 0.7) -> None:
        self._texts = texts
        found = words([text.text for text in texts])
        hashes = np.split(found.hashes, found.bounds[1:-1])
        lines = [text if RUN <= len(text) < COPIED else text[:0] for text in hashes]
        self._sieve = Sieve.of(found, COPIED)
        self._copied = GramIndex(found, COPIED, [text.item for text in texts], copied)
        self._lines = LineIndex(RUN, [text.text for text in texts], lines)
        self._renamed = RenamedIndex(list(_bare(texts)), renamed)
        short = [n for n, h in enumerate(hashes) if 0 < len(h) < COPIED]
        self._whole = {squeezed(texts[n].text): n for n in reversed(short)}
        self._longest = max((len(texts[n].text) for n in short), default=0)

    def find(self, rows: Sequence[Sequence[str]]) -> list[Match | None]:
        """What each row holds, if anything; a row is its fields, in order."""
        batch = Batch(["\n".join(fields) for fields in rows])
        found: dict[int, Match] = {}
        for how, row, (number, share) in self._search(batch, rows, found):
            text = self._texts[number]
            found.setdefault(row, Match(text.item, text.part, how, share))
        return [found.get(row) for row in range(len(rows))]

    def _search(
        self, batch: Batch, rows: Sequence[Sequence[str]], found: Collection[int]
    ) -> Iterator[tuple[str, int, Share]]:
        """(how, row, share), the surest ways first; rows in `found` need no further answer."""
        runs, lines = self._sieve.find(batch.words.hashes)
        for row, share in self._copied.find(batch.words, runs):
            yield "copied", row, share
        for row, number in self._lines.find(batch, lines):
            yield "lines", row, Share(number, 1.0)
        for row, number in self._find_whole(rows):
            yield "whole", row, Share(number, 1.0)
        for row, share in self._renamed.find(batch, found):
            yield "renamed", row, share

    def _find_whole(self, rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
        """Rows with a field that is nothing but a short text."""
        for row, fields in enumerate(rows):
            for field in fields:
                if len(field) <= 2 * self._longest and squeezed(field) in self._whole:
                    yield row, self._whole[squeezed(field)]


def _bare(texts: Sequence[Text]) -> Iterator[Bare]:
    """Programs that may be found under other names."""
    for number, text in enumerate(texts):
        if text.language:
            yield Bare(number, text.text, given_names(text.text, text.language), text.item)
