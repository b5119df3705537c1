"""The process that trains: `python -m oilstone_train.worker`, in a run's work folder.

Light at import on purpose: `datasets` imports this module once more in a child of its own.
"""

import json
import os
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import replacing
from oilstone_train import died, layout

POLL = 0.05  # seconds


def main() -> int:
    """Do the job in the current folder; what came of it stands in result.json.

    Of several processes, the first tells the result, and each its own error. One that fails ends
    with 1, so that its launcher ends the others, which would wait for it.
    """
    threading.Thread(target=listen, daemon=True).start()
    return work()


def work() -> int:
    """Do what `main` does, for whoever sees to this process's end."""
    rank = int(os.environ.get("RANK", 0))
    try:
        from oilstone_train.engine import run

        run.prepare()
        result = run.run(job())
    except Exception as error:
        with suppress(OSError):  # the log may be on the very disk that is full
            traceback.print_exception(error)
        result = {"error": died.told(error, Path())}
    failed = "error" in result
    code = _write(result, rank) if failed or not rank else 0
    return code or int(failed and "RANK" in os.environ)


def job() -> dict[str, Any]:
    """Wait for the job, which is put there whole."""
    while not layout.JOB.exists():
        time.sleep(POLL)
    found: dict[str, Any] = json.loads(layout.JOB.read_text())
    return found


def _write(result: dict[str, Any], rank: int) -> int:
    """Write the result; return the exit code, which tells of a disk too full for even that."""
    try:
        with replacing(layout.result(rank)) as temporary:
            temporary.write_text(json.dumps(result))
    except OilstoneError as error:
        return error.code
    return 0


def listen() -> None:
    """Wait for the end of the process that started all this: it closes our stdin."""
    while os.read(0, 1):
        pass
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # with what `datasets` forked, which would wait for ever
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
