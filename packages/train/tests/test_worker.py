"""The training process ends when the one that started it does, and takes its own children along."""

import subprocess
import sys
import time
from pathlib import Path

FORKED = """
import os, time
from oilstone_train import worker
child = os.fork()
if not child:
    time.sleep(600)
print(child, flush=True)
worker.listen()
"""


def alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    try:
        return "State:\tZ" not in status.read_text()
    except FileNotFoundError:
        return False


def test_what_the_worker_forked_ends_with_it() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FORKED], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdin and process.stdout
        child = int(process.stdout.readline())
        process.stdin.close()  # as when the parent is killed
        process.wait(10)
    deadline = time.monotonic() + 5
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not alive(child)
