"""Programs whose names were changed, and perhaps their numbers, their order and their dress.

A program is recognised by a few runs of words in which its own names are blanks; then its tokens
are laid over those of the row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, count
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from oilstone_data.decontaminate.alike import Weights, share_held
from oilstone_data.decontaminate.anchors import Anchors
from oilstone_data.decontaminate.batch import Batch
from oilstone_data.decontaminate.blind import Codes, blind_codes
from oilstone_data.decontaminate.grams import Share, most_holders
from oilstone_data.decontaminate.members import Places, holders, numbered
from oilstone_data.decontaminate.programs import Program
from oilstone_data.decontaminate.windows import windows, windows_within
from oilstone_data.dedup.words import Hashes, Words, mix, words

_LONGEST = 400  # tokens: a longer program is told by its beginning
_FEWEST = 8  # tokens that few other items have as well
_CHANCE = 2.5  # tokens by which a short program may be alike by chance
_OPERATORS = [ord(sign) for sign in "+-*/%<>&|^!~@"]
_OPERATOR = 4.0  # what one of them weighs: another one makes another program, other brackets do not
_USUAL = 6  # tokens in a run that may be common to many items
_NO_CODES = np.empty(0, np.int32)


class Bare(NamedTuple):
    """A program without comments: the number of its text, the names it gives, and its item."""

    number: int
    text: str
    given: Collection[str]
    group: object


class RenamedIndex:
    """Programs to be found under other names; `share` of the tokens of a long one is a match."""

    def __init__(self, bares: Sequence[Bare], share: float) -> None:
        self._share = share
        self._numbers = [bare.number for bare in bares]
        self._programs = [Program.of(bare.text, bare.given, _LONGEST) for bare in bares]
        groups = [bare.group for bare in bares]
        self._weights = _weights(self._programs, groups)
        coded = list(_variants(self._programs, bares))
        self._owners = [n for n, variants in enumerate(coded) for _ in variants]
        self._anchors = Anchors([v for vs in coded for v in vs], [groups[n] for n in self._owners])

    def find(self, batch: Batch, done: Collection[int]) -> Iterator[tuple[int, Share]]:
        """(row, share) of what rows hold; one for a row, none for rows that are `done`."""
        answered = set(done)
        codes = blind_codes(batch.words.hashes)
        for place in self._anchors.find(batch.words, codes, done):
            number = self._owners[place.program]
            if place.row in answered or (least := self._least(number)) > 1:
                continue
            program, weights = self._programs[number], self._weights[number]
            margin = int(np.count_nonzero(weights)) // 2  # of its tokens some half are words
            text = batch.cut(place.row, place.first - margin, place.last + margin)
            if share := share_held(program, Program.of(text), weights, least):
                answered.add(place.row)
                yield place.row, Share(self._numbers[number], share)

    def _least(self, number: int) -> float:
        """The share that makes a match; above 1 where there is too little to tell by."""
        weights = self._weights[number]
        few = np.count_nonzero(weights) < _FEWEST
        return 2.0 if few else min(self._share + _CHANCE / float(weights.sum()), 1.0)


def _variants(programs: Sequence[Program], bares: Sequence[Bare]) -> Iterator[list[Codes]]:
    """Blind codes of programs, and those without standard names that one gives to things itself."""
    found = words([" ".join(program.tokens) for program in programs])
    given = words([" ".join(sorted(bare.given)) for bare in bares])
    codes = blind_codes(found.hashes)
    blanked = np.where(_own(found, given), np.uint32(0), codes)
    for start, end in zip(found.bounds[:-1].tolist(), found.bounds[1:].tolist(), strict=True):
        mine = codes[start:end], blanked[start:end]
        yield [mine[0]] if np.array_equal(*mine) else list(mine)


def _own(found: Words, given: Words) -> npt.NDArray[np.bool_]:
    """Which words of each text are among those of the same text of `given`."""
    every = np.concatenate([found.hashes, given.hashes])
    kinds, number = np.unique(every, return_inverse=True)
    text = np.concatenate([_texts(found), _texts(given)])
    mine, theirs = np.split(text * len(kinds) + number, [len(found.hashes)])
    return np.isin(mine, theirs)


def _texts(of: Words) -> Places:
    """The number of the text of each word."""
    return np.repeat(np.arange(len(of.bounds) - 1), np.diff(of.bounds))


def _weights(programs: Sequence[Program], groups: Sequence[object]) -> list[Weights]:
    """Of each token; 0 in runs that stand in many items (a licence, the usual imports)."""
    bounds = np.cumsum([0, *(len(program.tokens) for program in programs)])
    codes = np.concatenate([_NO_CODES, *(program.codes for program in programs)])
    weights = np.where(np.isin(codes, _OPERATORS), _OPERATOR, 1.0)
    places, owners = windows_within(bounds, _USUAL)
    runs = windows(mix(_token_numbers(programs)), _USUAL)[places]
    usual = places[holders(runs, numbered(groups)[owners]) > most_holders(groups)]
    weights[usual[:, None] + np.arange(_USUAL)] = 0.0
    return np.split(weights, bounds[1:-1]) if programs else []


def _token_numbers(programs: Sequence[Program]) -> Hashes:
    """Of all tokens of all programs; the same for equal ones."""
    numbers: dict[str, int] = defaultdict(count().__next__)
    tokens = chain.from_iterable(program.tokens for program in programs)
    return np.fromiter(map(numbers.__getitem__, tokens), np.uint64)
