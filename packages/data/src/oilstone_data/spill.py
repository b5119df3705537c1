"""The rows that are left, on disk: read as often as a global stage likes, never all in memory."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import orjson

from oilstone_data.stage import Row


class Spill:
    """Lines of several JSON Lines files, in order, less those that were dropped."""

    def __init__(self, files: Sequence[Path]) -> None:
        """Note where each line of `files` begins."""
        self._paths = list(files)
        self._file, self._start, self._size = array("i"), array("q"), array("i")
        for number, path in enumerate(files):
            self._index(number, path)

    def _index(self, number: int, path: Path) -> None:
        start = 0
        with path.open("rb") as file:
            for line in file:
                self._file.append(number)
                self._start.append(start)
                self._size.append(len(line) - 1)
                start += len(line)

    def __len__(self) -> int:
        return len(self._start)

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows in order, parsed."""
        return map(orjson.loads, self.lines(range(len(self))))

    def lines(self, order: Iterable[int]) -> Iterator[bytes]:
        """Yield the lines at these positions, as they are on disk."""
        opened: dict[int, int] = {}
        try:
            for i in order:
                number = self._file[i]
                if number not in opened:
                    opened[number] = os.open(self._paths[number], os.O_RDONLY)
                yield os.pread(opened[number], self._size[i], self._start[i])
        finally:
            for descriptor in opened.values():
                os.close(descriptor)

    def keep(self, positions: Sequence[int]) -> None:
        """Drop all rows but those at `positions`, which ascend."""
        self._file = array("i", (self._file[i] for i in positions))
        self._start = array("q", (self._start[i] for i in positions))
        self._size = array("i", (self._size[i] for i in positions))
