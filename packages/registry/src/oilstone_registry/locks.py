"""A file lock: first come, first served, and a killed process lets go of it.

The kernel wakes all who wait for a lock and gives it to whoever runs first, so that the unlucky
wait long. Here everybody draws a number and waits for the holder of the number before. The numbers
decide the order alone; whoever is killed while he waits, only one at a time holds the gate.
"""

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from oilstone_schemas.disk import guard

GATE = 0  # the byte that the holder locks; the bytes after it are the numbers
EVERYTHING = 0  # as a length
NUMBER = struct.Struct("<q")
LOCK = struct.Struct("hhqqi4x")  # struct flock: type, whence, start, length, process


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes that lock `path` (made when absent) waiting; a killed one lets go."""
    with guard(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        with guard(path):
            _take(descriptor, _draw(descriptor))
            _take(descriptor, GATE)
        yield
    finally:
        _ask(descriptor, fcntl.F_UNLCK, GATE, EVERYTHING)  # a process forked meanwhile holds on
        os.close(descriptor)


def _draw(descriptor: int) -> int:
    """Lock the next number; return the one before it, whose holder goes first."""
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    written = os.pread(descriptor, NUMBER.size, 0)
    before = NUMBER.unpack(written)[0] if len(written) == NUMBER.size else 1
    os.pwrite(descriptor, NUMBER.pack(before + 1), 0)
    _take(descriptor, before + 1)
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return int(before)


def _take(descriptor: int, byte: int) -> None:
    """Wait for a byte of the file; it is this descriptor's, so threads exclude one another too."""
    _ask(descriptor, fcntl.F_WRLCK, byte, 1)


def _ask(descriptor: int, what: int, start: int, length: int) -> None:
    asked = LOCK.pack(what, os.SEEK_SET, start, length, 0)
    fcntl.fcntl(descriptor, fcntl.F_OFD_SETLKW, asked)
