"""The rows that are left, on disk: read as often as a global stage likes, never all in memory."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, repeat
from pathlib import Path

import orjson

from oilstone_data.stage import Row

_BUFFER = 1 << 18  # bytes


class Spill:
    """Lines of several JSON Lines files, in order, less those that were dropped."""

    def __init__(self, files: Sequence[Path]) -> None:
        """Note where each line of `files` begins."""
        self._paths = list(files)
        self._file, self._start, self._size = array("i"), array("q"), array("i")
        for number, path in enumerate(files):
            self._index(number, path)

    def _index(self, number: int, path: Path) -> None:
        with path.open("rb", _BUFFER) as file:
            sizes = array("i", map(len, file))
        starts = array("q", accumulate(sizes, initial=0))
        self._file.extend(repeat(number, len(sizes)))
        self._start.extend(starts[:-1])
        self._size.extend(sizes)

    def __len__(self) -> int:
        return len(self._start)

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows in order, parsed."""
        return map(orjson.loads, self.lines(range(len(self))))

    def lines(self, order: Iterable[int]) -> Iterator[bytes]:
        """Yield the lines at these positions, as they are on disk, less their newlines."""
        opened: dict[int, int] = {}
        try:
            for i in order:
                number = self._file[i]
                if number not in opened:
                    opened[number] = os.open(self._paths[number], os.O_RDONLY)
                yield os.pread(opened[number], self._size[i] - 1, self._start[i])
        finally:
            for descriptor in opened.values():
                os.close(descriptor)

    def keep(self, positions: Sequence[int]) -> None:
        """Drop all rows but those at `positions`, which ascend."""
        self._file = array("i", (self._file[i] for i in positions))
        self._start = array("q", (self._start[i] for i in positions))
        self._size = array("i", (self._size[i] for i in positions))
