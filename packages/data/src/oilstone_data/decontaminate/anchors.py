"""Where a row may hold a program with other names: several of its most telling runs close by."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from oilstone_data.decontaminate.blind import RUN, Codes, blind_runs
from oilstone_data.decontaminate.grams import Members, most_holders
from oilstone_data.dedup.words import Positions, Words

_ANCHORS = 12  # runs by which a program is recognised
_ENOUGH = 0.45  # share of them that must stand close by
_TELLING = 2.0  # what the words of such a run must tell at least, see _rarity
_USUAL = 4  # times as many items as for other runs may hold such a run
_LEAST = 18.0  # what they must tell, of programs that tell as much
_SHORTEST = 12  # words that the shortest program may stretch over; others over theirs


Tells = npt.NDArray[np.float64]


class Place(NamedTuple):
    """Program number `program` may stand in `row` from word `first` to word `last` of the batch."""

    row: int
    program: int
    first: int
    last: int


class Anchors:
    """Programs by runs of words that few of them have.

    `programs` are their blind codes, `groups` the items they belong to.
    """

    def __init__(self, programs: Sequence[Codes], groups: Sequence[object]) -> None:
        chosen = _chosen(programs, groups)
        self._members = Members(np.array([run for runs in chosen for run in runs], np.uint32))
        owners: list[list[int]] = [[] for _ in range(len(self._members))]
        self._tells = np.zeros(len(self._members))
        for program, runs in enumerate(chosen):
            numbers = self._members.numbers(np.array(list(runs), np.uint32))
            self._tells[numbers] = list(runs.values())
            for number in numbers.tolist():
                owners[number].append(program)
        self._counts = np.array([len(held) for held in owners], np.int64)
        self._starts = np.cumsum(self._counts) - self._counts
        self._owners = np.array([program for held in owners for program in held], np.int64)
        self._needed = np.array([_needed(sum(runs.values())) for runs in chosen])
        self._spans = np.array([max(len(codes), _SHORTEST) for codes in programs], np.int64)

    def find(self, batch: Words, codes: Codes) -> Iterator[Place]:
        """Where programs may stand, given the blind codes of a batch; the likeliest first."""
        places, numbers = self._members.find(blind_runs(codes))
        if not len(places):
            return
        counts = self._counts[numbers]
        first = np.repeat(self._starts[numbers] - np.cumsum(counts) + counts, counts)
        owners = self._owners[first + np.arange(len(first))]
        where, what = np.repeat(places, counts), np.repeat(numbers, counts)
        rows = np.searchsorted(batch.bounds, where, "right") - 1
        blocks = (where - batch.bounds[rows]) // self._spans[owners]
        programs = rows * len(self._needed) + owners
        for program, block in self._dense(programs, blocks, what):
            near = where[(programs == program) & (blocks >= block) & (blocks <= block + 1)]
            row, owner = divmod(program, len(self._needed))
            yield Place(row, owner, int(near[0]), int(near[-1]) + RUN - 1)

    def _dense(
        self, programs: Positions, blocks: Positions, what: Positions
    ) -> list[tuple[int, int]]:
        """(program in a row, block) where this block and the next hold enough of its runs."""
        width = int(blocks.max()) + 2
        cells, held = self._told(programs * width + blocks, what)
        following = np.minimum(np.arange(1, len(cells) + 1), len(cells) - 1)
        both = held + np.where(cells[following] == cells + 1, held[following], 0)
        enough = both >= self._needed[cells // width % len(self._needed)]
        order = np.argsort(-both[enough], kind="stable")
        return [divmod(cell, width) for cell in cells[enough][order].tolist()]

    def _told(self, cells: Positions, what: Positions) -> tuple[Positions, Tells]:
        """Ascending cells, and how much the different runs in each one tell together."""
        order = np.lexsort((what, cells))
        cells, what = cells[order], what[order]
        new = np.append(True, (cells[1:] != cells[:-1]) | (what[1:] != what[:-1]))
        found, each = np.unique(cells[new], return_inverse=True)
        told = np.bincount(each, self._tells[what[new]]).astype(np.float64)
        return found, told


def _needed(total: float) -> float:
    """How much must be told of a program whose runs tell `total`; a hair less, for sums vary."""
    return max(_ENOUGH * total, min(total, _LEAST)) - 1e-6


def _chosen(programs: Sequence[Codes], groups: Sequence[object]) -> list[dict[int, float]]:
    """For each program the runs that tell most, by what else is known to hold them."""
    runs = [blind_runs(codes) for codes in programs]
    holders: dict[int, set[object]] = defaultdict(set)
    for mine, group in zip(runs, groups, strict=True):
        for run in np.unique(mine).tolist():
            holders[run].add(group)
    rarity = _rarity(programs, groups)
    most = _USUAL * most_holders(groups)
    return [
        _best(mine, _telling(codes, rarity), {r: len(holders[r]) for r in mine.tolist()}, most)
        for codes, mine in zip(programs, runs, strict=True)
    ]


def _rarity(programs: Sequence[Codes], groups: Sequence[object]) -> dict[int, float]:
    """How much a word tells: 1 for one in all programs, more for rarer (idf); names nothing."""
    pairs = {(w, g) for p, g in zip(programs, groups, strict=True) for w in np.unique(p).tolist()}
    held = Counter(word for word, _ in pairs)
    total = len(set(groups))
    return {word: 1 + float(np.log(total / count)) for word, count in held.items() if word}


def _telling(codes: Codes, rarity: dict[int, float]) -> Tells:
    """What each run tells; a third equal word in a row, as in a table, tells nothing."""
    each = np.array([rarity.get(code, 0.0) for code in codes.tolist()])
    each[2:][(codes[2:] == codes[1:-1]) & (codes[2:] == codes[:-2])] = 0.0
    total = np.concatenate([[0.0], np.cumsum(each)])
    told: Tells = total[RUN:] - total[:-RUN]
    return told


def _best(runs: Codes, told: Tells, holders: dict[int, int], most: int) -> dict[int, float]:
    value = {
        run: tells
        for run, tells in zip(runs.tolist(), told.tolist(), strict=True)
        if tells >= _TELLING and holders[run] <= most
    }
    order = sorted(value, key=lambda run: (float(np.log(holders[run])) - value[run], run))
    return {run: value[run] for run in order[:_ANCHORS]}
