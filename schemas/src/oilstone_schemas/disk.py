"""Files that are whole or absent, whatever happens in the middle of writing them."""

import errno
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from oilstone_schemas.command import MissingTool, OilstoneError

FULL = (errno.ENOSPC, errno.EDQUOT)


def explain(error: OSError, where: Path | None = None) -> OilstoneError:
    """Say what the operating system refused, and what to do about it."""
    place = where or error.filename or "a file"
    if error.errno in FULL:
        return MissingTool(
            f"{place}: no space left on the disk. Free some, or choose an --out elsewhere, and run"
            " the same command again; what was there before is untouched."
        )
    return OilstoneError(f"{place}: {error.strerror or error}")


@contextmanager
def guard(where: Path) -> Iterator[None]:
    """Turn the operating system's refusals below into OilstoneErrors about `where`."""
    try:
        yield
    except OSError as error:
        raise explain(error, where) from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary name beside `path`; when the block ends well, it takes `path`'s place.

    The content reaches the disk before the name does. A killed process leaves at most the
    temporary file, which the next writer of `path` overwrites.
    """
    temporary = path.with_name(temporary_name(path.name))
    with guard(path):
        try:
            yield temporary
            sync(temporary)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync(path.parent)


def temporary_name(name: str) -> str:
    """Return the name under which a file called `name` is written before it is whole."""
    return f".{name}.tmp"


def sync(*paths: Path) -> None:
    """Wait until files' contents, or folders' lists of names, are on the disk.

    It is asked to begin with all of them before the first is waited for: one wait serves them all.
    """
    with ExitStack() as opened:
        descriptors = []
        for path in paths:
            descriptors.append(os.open(path, os.O_RDONLY))
            opened.callback(os.close, descriptors[-1])
            os.posix_fadvise(descriptors[-1], 0, 0, os.POSIX_FADV_DONTNEED)
        for descriptor in descriptors:
            os.fsync(descriptor)
