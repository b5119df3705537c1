"""Rows against evaluation items: copied, laid out anew, without comments, with other names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from oilstone_data.decontaminate.grams import GramIndex, Share, by_row
from oilstone_data.decontaminate.items import Item, Text
from oilstone_data.decontaminate.renamed import RenamedIndex, blinded
from oilstone_data.decontaminate.short import LineIndex, squeezed
from oilstone_data.decontaminate.whole import WholeIndex
from oilstone_data.decontaminate.windows import windows
from oilstone_data.dedup.words import Hashes, Words, words

COPIED = 13  # words in a run; Brown et al. 2020, "Language Models are Few-Shot Learners", app. C
RENAMED = 16  # words in a run when names count by distance
BRIEF = 8  # words of the shortest program that is found with other names
WHOLE = 60  # words: programs up to here are also found when all of them is there
LINES = 3  # words of the shortest text that is looked for as lines within a row
_ENDLESS = 1 << 62
_PROGRAMS = ("reference", "completion")


class Match(NamedTuple):
    """The item that a row holds, which part of it, how it was told, and how much of it."""

    item: Item
    part: str
    how: str
    share: float


class Detector:
    """All evaluation items, ready to be looked for.

    A row holds a text when it holds the share `copied` of its runs of words, or, for a program, the
    share `renamed` of its runs with names by distance.
    """

    def __init__(self, texts: Sequence[Text], copied: float = 0.5, renamed: float = 0.7) -> None:
        self._texts = texts
        hashes = [words([text.text]).hashes for text in texts]
        groups = [text.item for text in texts]
        self._copied = GramIndex(
            [windows(h, COPIED) for h in _sized(hashes, COPIED, _ENDLESS)], groups, copied
        )
        plain = [text.text for text in texts]
        programs = [h if t.part in _PROGRAMS else h[:0] for h, t in zip(hashes, texts, strict=True)]
        long, brief = (_sized(programs, RENAMED, _ENDLESS), _sized(programs, BRIEF, RENAMED))
        self._renamed = RenamedIndex(RENAMED, long, groups, renamed)
        self._whole_long = WholeIndex(RENAMED, plain, _sized(long, RENAMED, WHOLE))
        self._whole_brief = WholeIndex(BRIEF, plain, brief)
        self._lines = LineIndex(LINES, plain, _sized(hashes, LINES, COPIED))
        short = [n for n, h in enumerate(hashes) if 0 < len(h) < COPIED]
        self._whole = {squeezed(texts[n].text): n for n in reversed(short)}
        self._longest = max((len(texts[n].text) for n in short), default=0)

    def find(self, rows: Sequence[Sequence[str]]) -> list[Match | None]:
        """What each row holds, if anything; a row is its fields, in order."""
        joined = ["\n".join(fields) for fields in rows]
        batch = words(joined)
        found: list[Match | None] = [None] * len(rows)
        for how, row, (number, share) in self._search(batch, joined, rows):
            text = self._texts[number]
            found[row] = found[row] or Match(text.item, text.part, how, share)
        return found

    def _search(
        self, batch: Words, joined: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> Iterator[tuple[str, int, Share]]:
        """(how, row, share), the surest ways first."""
        yield from (("copied", *found) for found in self._find_copied(batch))
        for row, number in self._lines.find(batch, joined):
            yield "lines", row, Share(number, 1.0)
        for row, number in self._find_whole(rows):
            yield "whole", row, Share(number, 1.0)
        for row, share in self._find_renamed(batch, joined):
            yield "renamed", row, share

    def _find_copied(self, batch: Words) -> Iterator[tuple[int, Share]]:
        grams = windows(batch.hashes, COPIED)
        for row, places in by_row(batch, self._copied.members.positions(grams), COPIED):
            if shares := self._copied.matches(grams[places]):
                yield row, shares[0]

    def _find_renamed(self, batch: Words, joined: Sequence[str]) -> Iterator[tuple[int, Share]]:
        codes = blinded(batch.hashes)
        long, brief = windows(codes, RENAMED), windows(codes, BRIEF)
        for row, shares in self._renamed.find(batch, long):
            yield row, shares[0]
        for row, number in self._whole_long.find(batch, long, joined):
            yield row, Share(number, 1.0)
        for row, number in self._whole_brief.find(batch, brief, joined):
            yield row, Share(number, 1.0)

    def _find_whole(self, rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
        """Rows with a field that is nothing but a short text."""
        for row, fields in enumerate(rows):
            for field in fields:
                if len(field) <= 2 * self._longest and squeezed(field) in self._whole:
                    yield row, self._whole[squeezed(field)]


def _sized(texts: Sequence[Hashes], least: int, end: int) -> list[Hashes]:
    """Texts of `least` to `end` - 1 words; nothing in the place of the others."""
    return [text if least <= len(text) < end else text[:0] for text in texts]
