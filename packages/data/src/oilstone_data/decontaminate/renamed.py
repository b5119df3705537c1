"""Programs whose names were changed, and perhaps their numbers, their order and their dress.

A program is recognised by a few runs of words in which its own names are blanks; then its tokens
are laid over those of the row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from oilstone_data.decontaminate.alike import Weights, share_held
from oilstone_data.decontaminate.anchors import Anchors
from oilstone_data.decontaminate.batch import Batch
from oilstone_data.decontaminate.blind import Codes, blind_codes
from oilstone_data.decontaminate.grams import Share, most_holders
from oilstone_data.decontaminate.programs import Program
from oilstone_data.decontaminate.windows import windows
from oilstone_data.dedup.words import Hashes, mix, words

_LONGEST = 400  # tokens: a longer program is told by its beginning
_FEWEST = 8  # tokens that few other items have as well
_CHANCE = 2.5  # tokens by which a short program may be alike by chance
_OPERATORS = frozenset("+-*/%<>&|^!~@")
_OPERATOR = 4.0  # what one of them weighs: another one makes another program, other brackets do not
_USUAL = 6  # tokens in a run that may be common to many items
_NO_RUNS: Hashes = np.empty(0, np.uint64)


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
        for place in self._anchors.find(batch.words, blind_codes(batch.words.hashes)):
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
    for number in range(len(programs)):
        hashes = found.hashes[found.bounds[number] : found.bounds[number + 1]]
        own = given.hashes[given.bounds[number] : given.bounds[number + 1]]
        codes = blind_codes(hashes)
        blanked = np.where(np.isin(hashes, own), np.uint32(0), codes)
        yield [codes] if np.array_equal(codes, blanked) else [codes, blanked]


def _weights(programs: Sequence[Program], groups: Sequence[object]) -> list[Weights]:
    """Of each token; 0 in runs that stand in many items (a licence, the usual imports)."""
    runs = _runs(programs)
    of_group: dict[object, list[Hashes]] = defaultdict(list)
    for mine, group in zip(runs, groups, strict=True):
        of_group[group].append(mine)
    each = [np.unique(np.concatenate(held)) for held in of_group.values()]
    found, holders = np.unique(np.concatenate([_NO_RUNS, *each]), return_counts=True)
    usual = found[holders > most_holders(groups)]
    return [_weight(*pair, usual) for pair in zip(programs, runs, strict=True)]


def _runs(programs: Sequence[Program]) -> list[Hashes]:
    """Hashes of all runs of _USUAL tokens of each program."""
    numbers: dict[str, int] = {}
    tokens = [[numbers.setdefault(t, len(numbers)) for t in p.tokens] for p in programs]
    return [windows(mix(np.array(mine, np.uint64)), _USUAL) for mine in tokens]


def _weight(program: Program, runs: Hashes, usual: Hashes) -> Weights:
    weight = np.array([_OPERATOR if t in _OPERATORS else 1.0 for t in program.tokens])
    places = np.flatnonzero(np.isin(runs, usual))
    weight[places[:, None] + np.arange(_USUAL)] = 0.0
    return weight
