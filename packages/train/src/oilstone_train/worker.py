"""The process that trains: `python -m oilstone_train.worker`, in a run's work folder.

Light at import on purpose: `datasets` imports this module once more in a child of its own.
"""

import json
import os
import signal
import sys
import threading
import traceback
from typing import Any

from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import FULL, explain, replacing
from oilstone_train import layout

CRASH = 70


def main() -> int:
    """Do the job in the current folder; what came of it stands in result.json."""
    ready = threading.Event()
    threading.Thread(target=_listen, args=(ready,), daemon=True).start()
    try:
        from oilstone_train.engine import run

        run.prepare()
        ready.wait()
        result = run.run(json.loads(layout.JOB.read_text()))
    except Exception as error:
        traceback.print_exception(error)
        result = {"error": _told(error)}
    _write(result)
    return 0


def _told(error: Exception) -> dict[str, Any]:
    if isinstance(error, OSError) and error.errno in FULL:
        error = explain(error)
    if isinstance(error, OilstoneError):
        return {"code": error.code, "message": str(error)}
    return {"code": CRASH, "message": f"{type(error).__name__}: {error}"}


def _write(result: dict[str, Any]) -> None:
    with replacing(layout.RESULT) as temporary:
        temporary.write_text(json.dumps(result))


def _listen(ready: threading.Event) -> None:
    """Wait for the word to go, and then for the parent's end, which closes our stdin."""
    while os.read(0, 1):
        ready.set()
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # with what `datasets` forked, which would wait for ever
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
