"""Lines of a file in blocks, and for each an upper bound for the keys that stand on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

import numpy as np

BLOCK = 1 << 18
LONGEST = 8 << 20  # bytes; what is longer is not read into memory

_QUOTE, _COLON, _BACKSLASH = 34, 58, 92


def read(file: IO[bytes], end: int, longest: int = LONGEST) -> Iterator[tuple[bytes, int]]:
    """Yield (line without its newline, colons) from where `file` stands up to offset `end`.

    A line longer than `longest` bytes comes as its first bytes, with -1 instead of colons.
    """
    left, rest = end - file.tell(), b""
    while left > 0:
        chunk = file.read(min(left, BLOCK))
        if not chunk:
            break
        left -= len(chunk)
        whole, newline, tail = chunk.rpartition(b"\n")
        if newline:
            yield from _lines(rest + whole, longest)
            rest = tail
        else:
            rest += chunk
        if len(rest) > longest:
            yield rest[:longest], -1
            left, rest = _skip(file, left)
    if rest:
        yield from _lines(rest, longest)


def _skip(file: IO[bytes], left: int) -> tuple[int, bytes]:
    """Read on to the next newline; return how many bytes are left and what follows it."""
    while left > 0 and (chunk := file.read(min(left, BLOCK))):
        left -= len(chunk)
        _, newline, tail = chunk.partition(b"\n")
        if newline:
            return left, tail
    return 0, b""


def _lines(block: bytes, longest: int) -> Iterator[tuple[bytes, int]]:
    lines = block.split(b"\n")
    if len(block) > longest and any(len(line) > longest for line in lines):
        for line in lines:
            yield (line[:longest], -1) if len(line) > longest else (line, colons(line))
        return
    yield from zip(lines, _per_line(block, lines), strict=True)


def _per_line(block: bytes, lines: list[bytes]) -> list[int]:
    ends = np.cumsum(np.fromiter((len(line) + 1 for line in lines), np.int64, len(lines)))
    upto = np.searchsorted(_key_colons(block), ends)
    counts: list[int] = np.diff(upto, prepend=0).tolist()
    return counts


def colons(line: bytes) -> int:
    """Count the colons that may end a key: all that follow a quote or white space, less `\\":`."""
    return len(_key_colons(line))


def _key_colons(block: bytes) -> np.ndarray:
    """Offsets of colons that may end a key. In a string `":` is written `\\":`, which is no key
    unless the backslash is itself escaped."""
    data = np.frombuffer(block, np.uint8)
    may = data[1:] == _COLON
    may &= data[:-1] <= _QUOTE
    at = np.flatnonzero(may) + 1
    before, first = data[at - 2], data[np.maximum(at - 3, 0)]
    inside = (data[at - 1] == _QUOTE) & (at >= 3) & (before == _BACKSLASH) & (first != _BACKSLASH)
    kept: np.ndarray = at[~inside]
    return kept
