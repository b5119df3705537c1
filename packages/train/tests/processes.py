"""Starts the command, waits for what it does, ends what it started."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .conftest import command

LIMIT = 240.0  # seconds until a test stops waiting for what should happen at any moment


def started(words: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start the command as a terminal would: a background job is born deaf to Ctrl-C."""

    def hear() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with log.open("ab") as file:
        return subprocess.Popen(
            command(*words), stderr=file, preexec_fn=hear, start_new_session=True
        )


def wait(ready: Callable[[], Any]) -> None:
    until = time.monotonic() + LIMIT
    while not ready():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.01)


def working_in(folder: Path) -> list[str]:
    """Return the processes whose current folder is below `folder`."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            found += [str(link)] if str(folder) in str(link.readlink()) else []
        except OSError:
            continue
    return found


def workers(process: subprocess.Popen[bytes]) -> list[int]:
    """Return the processes that a command has started; each leads a group of its own."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(word) for word in children.read_text().split()] if children.exists() else []


def kill(process: subprocess.Popen[bytes], *groups: int) -> None:
    """kill -9 of process groups; then the command is waited for."""
    for group in groups:
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait(LIMIT)
