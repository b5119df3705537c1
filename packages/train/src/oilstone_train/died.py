"""What a training process died of, in words: also where a library hides that the disk is full."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import FULL, explain

CRASH = 70
LEFT = 1 << 16  # bytes: with fewer free, whatever failed to write failed of that
SAID = (
    "no space left on device",
    "os error 28",
    "disk quota exceeded",
)  # by libraries in Rust, C++


def told(error: BaseException, work: Path) -> dict[str, Any]:
    """Return {"code", "message"} of an error; `work` is the folder that was written to."""
    chain = list(_chain(error))
    if any(map(_full, chain)) or _free(work) < LEFT:
        error = no_space(work)
    if isinstance(error, OilstoneError):
        return {"code": error.code, "message": str(error)}
    return {"code": CRASH, "message": f"{type(error).__name__}: {error}"}


def no_space(work: Path) -> OilstoneError:
    """Return the error for a full disk."""
    return explain(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), work.resolve())


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _full(error: BaseException) -> bool:
    """Tell whether it is about space: safetensors and torch raise no OSError of their own."""
    if isinstance(error, OSError) and error.errno in FULL:
        return True
    return any(text in str(error).lower() for text in SAID)


def _free(work: Path) -> int:
    found = os.statvfs(work)
    return found.f_bavail * found.f_frsize
