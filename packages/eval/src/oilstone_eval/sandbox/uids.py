"""User ids for slots. No two slots of a machine share one: neither can harm the other."""

import fcntl
import os
from pathlib import Path

from oilstone_schemas.command import OilstoneError

FIRST, LAST = 61000, 61998
LOCKS = Path("/run/oilstone-eval")


def take() -> tuple[int, int]:
    """Return an even user id that is free, with its odd successor, and the lock that holds both.

    For root alone; closing the lock's descriptor frees the ids. Raises OilstoneError.
    """
    LOCKS.mkdir(mode=0o700, exist_ok=True)
    for uid in range(FIRST, LAST, 2):
        lock = os.open(LOCKS / str(uid), os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            return uid, lock
    raise OilstoneError(f"all user ids from {FIRST} to {LAST} are in use by other evaluators")
