"""Lines of a file, of which none takes more memory than it may."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import IO

LONGEST = 8 << 20  # bytes; what is longer is not read into memory
_NEWLINE = 10


def read(file: IO[bytes], end: int, longest: int = LONGEST) -> Iterator[bytes]:
    """Yield every line, with its newline, from where `file` stands up to offset `end`.

    Of a line longer than `longest` come its first `longest` + 1 bytes, without a newline: that is
    how it is known. A last line that lacks its newline is given one.
    """
    left = end - file.tell()
    for line in iter(partial(file.readline, longest + 1), b""):
        if left <= 0:
            return
        left -= len(line)
        if line[-1] != _NEWLINE:
            if len(line) <= longest:
                line += b"\n"
            else:
                left -= _skip(file)
        yield line


def _skip(file: IO[bytes]) -> int:
    """Read to the end of the line; return how many bytes that were."""
    skipped = 0
    while rest := file.readline(1 << 20):
        skipped += len(rest)
        if rest[-1] == _NEWLINE:
            break
    return skipped
