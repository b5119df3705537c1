"""Lines of a file in blocks, and for each an upper bound for the keys that stand on it."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from typing import IO

import numpy as np

BLOCK = 1 << 19
LONGEST = 8 << 20  # bytes; what is longer is not read into memory

_QUOTE, _COLON, _BACKSLASH = 34, 58, 92
_SPACE = [bytearray(2 * BLOCK), bytearray(2 * BLOCK)]  # to work in, block after block


def read(file: IO[bytes], end: int, longest: int = LONGEST) -> Iterator[tuple[bytes, int]]:
    """Yield (line without its newline, colons) from where `file` stands up to offset `end`.

    A line longer than `longest` bytes comes as its first bytes, with -1 instead of colons.
    """
    for lines, counts in blocks(file, end, longest):
        yield from zip(lines, counts, strict=True)


def blocks(
    file: IO[bytes], end: int, longest: int = LONGEST
) -> Iterator[tuple[list[bytes], list[int]]]:
    """Yield the same as `read`, as lists of lines and of colons, some half a megabyte at a time."""
    left, rest = end - file.tell(), b""
    while left > 0 and (chunk := file.read(min(left, BLOCK))):
        left -= len(chunk)
        block = rest + chunk
        lines = block.split(b"\n")
        rest = lines.pop()
        if lines:
            yield _counted(block, lines, longest)
        if len(rest) > longest:
            yield [rest[:longest]], [-1]
            left, rest = _skip(file, left)
    if rest:
        yield _counted(rest, rest.removesuffix(b"\n").split(b"\n"), longest)


def _skip(file: IO[bytes], left: int) -> tuple[int, bytes]:
    """Read on to the next newline; return how many bytes are left and what follows it."""
    while left > 0 and (chunk := file.read(min(left, BLOCK))):
        left -= len(chunk)
        _, newline, tail = chunk.partition(b"\n")
        if newline:
            return left, tail
    return 0, b""


def _counted(block: bytes, lines: list[bytes], longest: int) -> tuple[list[bytes], list[int]]:
    """Return the lines that `block` begins with, and their colons."""
    at, counts, end, before = _key_colons(block), [], 0, 0
    for line in lines:
        end += len(line) + 1
        upto = bisect.bisect_left(at, end, before)
        counts.append(upto - before)
        before = upto
    if len(block) > longest:
        counts = [n if len(line) <= longest else -1 for line, n in zip(lines, counts, strict=True)]
        lines = [line[:longest] for line in lines]
    return lines, counts


def colons(line: bytes) -> int:
    """Count the colons that may end a key.

    These are all that follow a quote or white space, less those after a backslash and a quote: that
    is how a string writes a quote. A key that itself ends in a backslash is not counted.
    """
    return len(_key_colons(line))


def _key_colons(block: bytes) -> list[int]:
    size = len(block) - 3
    if size <= 0:  # too short for a key, its quotes and a colon
        return []
    space = _SPACE if size <= 2 * BLOCK else [bytearray(size), bytearray(size)]
    may, low = (np.frombuffer(room, np.bool_, size) for room in space)
    data = np.frombuffer(block, np.uint8)
    np.equal(data[3:], _COLON, out=may)
    may &= np.less_equal(data[2:-1], _QUOTE, out=low)
    may &= np.not_equal(data[1:-2], _BACKSLASH, out=low)
    return list(_ones(space[0], size))


def _ones(flags: bytearray, size: int) -> Iterator[int]:
    """Offsets in the block of what was marked. There are few: a search beats numpy's nonzero."""
    at = flags.find(1, 0, size)
    while at >= 0:
        yield at + 3
        at = flags.find(1, at + 1, size)
