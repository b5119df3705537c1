"""Common parts of two programs in any order: greedy string tiling.

Wise 1993, "String similarity via greedy string tiling"; Prechelt et al. 2002, "Finding plagiarisms
among a set of programs with JPlag". The longest common run is taken first; what overlaps a run that
was taken is cut off.
"""

from __future__ import annotations

import heapq
import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Equal = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


class Tile(NamedTuple):
    """`size` tokens from `one` of the first and from `two` of the second program are the same."""

    one: int
    two: int
    size: int


class Runs(NamedTuple):
    """Many tiles, a column each; they may overlap."""

    one: Places
    two: Places
    size: Places


def common_runs(equal: Equal, least: int) -> Runs:
    """All longest common runs of at least `least` tokens; `equal[i, j]`: two tokens are the same.

    The matrix is turned and sheared until each diagonal is a row.
    """
    height, width = equal.shape
    if not equal.size:
        return Runs(*np.zeros((3, 0), np.int64))
    sheared = np.zeros((height, height + width), np.bool_)
    sheared[:, :width] = equal[::-1]
    columns = sheared.ravel()[: height * (height + width - 1)].reshape(height, height + width - 1)
    rows = np.zeros((columns.shape[1], height + 1), np.bool_)  # a gap after each diagonal
    rows[:, :height] = columns[::-1].T
    starts, ends = _stretches(rows.ravel(), least)
    diagonals, one = np.divmod(starts, height + 1)
    return Runs(one, diagonals + one - height + 1, ends - starts)


def covered(runs: Runs, height: int) -> Equal:
    """Which tokens of the first program stand in any of the runs."""
    begin = np.bincount(runs.one, minlength=height + 1)
    end = np.bincount(runs.one + runs.size, minlength=height + 1)
    found: Equal = np.cumsum(begin - end)[:-1] > 0
    return found


def tiled(runs: Runs, shape: tuple[int, ...], least: int) -> list[Tile]:
    """Of the runs, parts of at least `least` tokens that do not overlap, long ones first."""
    queue = list(zip((-runs.size).tolist(), runs.one.tolist(), runs.two.tolist(), strict=True))
    heapq.heapify(queue)
    free = [bytearray(b"\1" * size) for size in shape]
    stretch = re.compile(b"\1{%d,}" % least)
    found = []
    while queue:
        size, one, two = heapq.heappop(queue)
        mine, theirs = free[0][one : one - size], free[1][two : two - size]
        if 0 not in mine and 0 not in theirs:
            found.append(Tile(one, two, -size))
            free[0][one : one - size] = free[1][two : two - size] = bytes(-size)
        else:
            for part in stretch.finditer(_both(mine, theirs)):
                start, end = part.span()
                heapq.heappush(queue, (start - end, one + start, two + start))
    return found


def _both(mine: bytearray, theirs: bytearray) -> bytes:
    """The bytes that are 1 in both."""
    both = int.from_bytes(mine, "little") & int.from_bytes(theirs, "little")
    return both.to_bytes(len(mine), "little")


def _stretches(values: Equal, least: int) -> tuple[Places, Places]:
    """Start and end of every stretch of at least `least` true values."""
    padded = np.zeros(len(values) + 2, np.bool_)
    padded[1:-1] = values
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    starts, ends = edges[::2], edges[1::2]
    long = ends - starts >= least
    return starts[long], ends[long]
