"""A file lock: whoever waits gets it in turn, and a killed process lets go of it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from oilstone_schemas.disk import guard


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes that lock `path` (made when absent) waiting; a killed one lets go."""
    with guard(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
