"""User ids for slots. No two slots of a machine share one: neither can harm the other."""

import contextlib
import fcntl
import os
import stat
from pathlib import Path

from oilstone_schemas.command import OilstoneError

FIRST, LAST = 61000, 61998
# The first that can be made; in a container /run may be read-only.
FOLDERS = (Path("/run/oilstone-eval"), Path("/var/lock/oilstone-eval"), Path("/tmp/oilstone-eval"))


def take() -> tuple[int, int]:
    """Return an even user id that is free, with its odd successor, and the lock that holds both.

    For root alone; closing the lock's descriptor frees the ids. Raises OilstoneError.
    """
    locks = _locks()
    for uid in range(FIRST, LAST, 2):
        lock = os.open(locks / str(uid), os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            return uid, lock
    raise OilstoneError(f"all user ids from {FIRST} to {LAST} are in use by other evaluators")


def _locks() -> Path:
    """Return a folder that is root's alone."""
    for folder in FOLDERS:
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, exist_ok=True)
            found = folder.lstat()
            if found.st_uid == 0 and stat.S_IMODE(found.st_mode) == 0o700:
                return folder
    raise OilstoneError(f"no folder for locks can be made: none of {', '.join(map(str, FOLDERS))}")
