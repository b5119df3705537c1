"""Sets of many texts, kept in a temporary file: memory stays flat however many there are."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from oilstone_data.dedup.shingles import Sets
from oilstone_data.dedup.words import Hashes, Positions

_BLOCK = 1 << 18  # hashes read at once


class SetStore:
    """Append sets, read them back by number; the file is gone when the store is closed."""

    def __init__(self, folder: Path | None = None) -> None:
        import tempfile

        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - closed by close
        self._bounds = array("q", [0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._bounds) - 1

    def close(self) -> None:
        """Give the disk space back."""
        self._file.close()

    def append(self, sets: Sets) -> None:
        """Add the sets of a batch, in order."""
        self._write(memoryview(sets.hashes.tobytes()))
        self._bounds.frombytes((sets.bounds[1:] + self._bounds[-1]).astype(np.int64).tobytes())

    def _write(self, data: memoryview) -> None:
        while data:
            data = data[self._file.write(data) :]

    def read(self, number: int) -> Hashes:
        """The set of one text, ascending."""
        return self._slice(self._bounds[number], self._bounds[number + 1])

    def sizes(self) -> Positions:
        """How many shingles each text has."""
        return np.diff(np.frombuffer(self._bounds, np.int64))

    def blocks(self, numbers: Sequence[int]) -> Iterator[tuple[int, Hashes]]:
        """(number, set) of every text in `numbers`, which ascend; read in large pieces."""
        start = end = 0
        piece = np.empty(0, np.uint64)
        for number in numbers:
            first, last = self._bounds[number], self._bounds[number + 1]
            if last > end:
                start, end = first, min(max(last, first + _BLOCK), self._bounds[-1])
                piece = self._slice(start, end)
            yield number, piece[first - start : last - start]

    def _slice(self, first: int, last: int) -> Hashes:
        data = os.pread(self._file.fileno(), 8 * (last - first), 8 * first)
        if len(data) != 8 * (last - first):
            raise OSError(f"{8 * (last - first)} bytes of shingles were written, {len(data)} read")
        return np.frombuffer(data, np.uint64)
