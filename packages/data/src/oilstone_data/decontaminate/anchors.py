"""Where a row may hold a program with other names: several of its most telling runs close by."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from oilstone_data.decontaminate.blind import RUN, Codes, blind_runs
from oilstone_data.decontaminate.grams import most_holders
from oilstone_data.decontaminate.members import Owned, Places, holders, numbered
from oilstone_data.decontaminate.windows import windows_within
from oilstone_data.dedup.words import Words

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
        runs, told, owners = _chosen(programs, groups)
        self._owned = Owned(runs, owners)
        self._tells = np.zeros(len(self._owned.members))
        self._tells[self._owned.members.numbers(runs)] = told
        sums = np.bincount(owners, told, len(programs)).tolist()
        self._needed = np.array([_needed(total) for total in sums])
        self._spans = np.array([max(len(codes), _SHORTEST) for codes in programs], np.int64)

    def find(self, batch: Words, codes: Codes, done: Collection[int]) -> Iterator[Place]:
        """Where programs may stand, given the blind codes of a batch; the likeliest first.

        Rows in `done` are left out.
        """
        places, numbers = self._owned.members.find(blind_runs(codes))
        rows = np.searchsorted(batch.bounds, places, "right") - 1
        wanted = np.ones(len(batch.bounds), np.bool_)
        wanted[list(done)] = False
        open_ = np.flatnonzero(wanted[rows])
        each, owners = self._owned.owners(numbers[open_])
        each = open_[each]
        if not len(each):
            return
        where, rows, what = places[each], rows[each], numbers[each]
        blocks = (where - batch.bounds[rows]) // self._spans[owners]
        width = int(blocks.max()) + 2
        cells = (rows * len(self._needed) + owners) * width + blocks
        order = np.lexsort((where, cells))
        where, what, cells = where[order], what[order], cells[order]
        for cell in self._dense(cells, what, width):
            first, last = np.searchsorted(cells, [cell, cell + 2]).tolist()
            row, owner = divmod(cell // width, len(self._needed))
            yield Place(row, owner, int(where[first]), int(where[last - 1]) + RUN - 1)

    def _dense(self, cells: Places, what: Places, width: int) -> list[int]:
        """Cells (a block of a row, for a program) that with the next hold enough of its runs."""
        cells, held = self._told(cells, what)
        following = np.minimum(np.arange(1, len(cells) + 1), len(cells) - 1)
        both = held + np.where(cells[following] == cells + 1, held[following], 0)
        enough = both >= self._needed[cells // width % len(self._needed)]
        found: list[int] = cells[enough][np.argsort(-both[enough], kind="stable")].tolist()
        return found

    def _told(self, cells: Places, what: Places) -> tuple[Places, Tells]:
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


def _chosen(programs: Sequence[Codes], groups: Sequence[object]) -> tuple[Codes, Tells, Places]:
    """The runs that tell most of each program, what they tell, and the program of each.

    A run is better the fewer items hold it.
    """
    codes = np.concatenate([np.zeros(0, np.uint32), *programs])
    bounds = np.cumsum([0, *map(len, programs)])
    items = numbered(groups)
    places, owners = windows_within(bounds, RUN)
    runs = blind_runs(codes)[places]
    told = _telling(codes, bounds, _rarity(codes, np.repeat(items, np.diff(bounds))))
    held = holders(runs, items[owners])
    useful = (told >= _TELLING) & (held <= _USUAL * most_holders(groups))
    return _best(runs[useful], told[useful], held[useful], owners[useful])


def _rarity(codes: Codes, items: Places) -> Tells:
    """How much each word tells: 1 for one in all programs, more for rarer (idf); names nothing."""
    total = len(np.unique(items))
    return np.where(codes == 0, 0.0, 1 + np.log(total / holders(codes, items)))


def _telling(codes: Codes, bounds: Places, rarity: Tells) -> Tells:
    """What each run tells; a third equal word in a row, as in a table, tells nothing."""
    told = [np.zeros(0)]
    for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        mine, each = codes[start:end], rarity[start:end].copy()
        each[2:][(mine[2:] == mine[1:-1]) & (mine[2:] == mine[:-2])] = 0.0
        total = np.concatenate([[0.0], np.cumsum(each)])
        told.append(total[RUN:] - total[:-RUN])
    return np.concatenate(told)


def _best(runs: Codes, told: Tells, held: Places, owners: Places) -> tuple[Codes, Tells, Places]:
    """Of each owner the _ANCHORS best runs; a run that it has twice counts as the last one."""
    pairs = owners << 32 | runs
    _, last = np.unique(pairs[::-1], return_index=True)
    mine = len(pairs) - 1 - last
    order = mine[np.lexsort((runs[mine], np.log(held[mine]) - told[mine], owners[mine]))]
    rank = np.arange(len(order)) - np.searchsorted(owners[order], owners[order])
    order = order[rank < _ANCHORS]
    return runs[order], told[order], owners[order]
