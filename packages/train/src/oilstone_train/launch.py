"""Training in a process of its own, with a clean environment, its talk in a log file."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from oilstone_schemas.command import CheckFailed, MissingTool, OilstoneError, say
from oilstone_train import layout
from oilstone_train.progress import Bar
from oilstone_train.telemetry import Tail

PASSED_ON = ("PATH", "HOME", "USER", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
PASSED_ON_PREFIXES = ("LC_", "CUDA_", "NVIDIA_", "NCCL_")
FIXED = {
    "AXOLOTL_DO_NOT_TRACK": "1",  # it would send every run to its makers, and hang where it cannot
    "HF_HUB_OFFLINE": "1",
    "HF_HOME": str(layout.CACHE),
    "TOKENIZERS_PARALLELISM": "false",
    "AXOLOTL_DATASET_NUM_PROC": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONSAFEPATH": "1",
    "PYTHONUNBUFFERED": "1",
    # Threads that wait by spinning slow a busy machine down by a factor of 5 and more.
    "OMP_WAIT_POLICY": "PASSIVE",
}
KINDS = {kind.code: kind for kind in (CheckFailed, OilstoneError, MissingTool)}
COMMAND = [sys.executable, "-m", "oilstone_train.worker"]
TAIL_LINES = 15
PATIENCE = 10.0  # seconds that a stopped process gets to end
POLL = 0.2  # seconds


def environment(threads: int) -> dict[str, str]:
    """Return the environment of the training process: nothing of ours that could change it."""
    ours = {
        key: value
        for key, value in os.environ.items()
        if key in PASSED_ON or key.startswith(PASSED_ON_PREFIXES)
    }
    number = str(threads)
    return {**ours, **FIXED, "OMP_NUM_THREADS": number, "MKL_NUM_THREADS": number}


class Worker:
    """The training process. It starts to import at once, while its work is still being prepared.

    It ends with the `with` block, and when this process is killed.
    """

    def __init__(self, work: Path, threads: int) -> None:
        self.work, self.threads = work, threads
        self.log = work / layout.LOG

    def __enter__(self) -> "Worker":
        (self.work / layout.RESULT).unlink(missing_ok=True)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                COMMAND,
                cwd=self.work,
                env=environment(self.threads),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A Ctrl-C is for us: Axolotl would save half an adapter and exit with 0.
                start_new_session=True,
            )
        say(f"starting Axolotl (its log: {self.log})")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                self._end(number)
        if kind is KeyboardInterrupt:
            say("stopped; the same command goes on from the last checkpoint")

    def do(self, job: dict[str, Any]) -> dict[str, Any]:
        """Let it do the job, showing progress, and return its result.

        Raises OilstoneError when it fails, with the end of its log.
        """
        (self.work / layout.JOB).write_text(json.dumps(job))
        self._go()
        bar, tail = Bar(), Tail(self.work / layout.TELEMETRY)
        try:
            while self.process.poll() is None:
                time.sleep(POLL)
                bar.show(tail.new())
            bar.show(tail.new())
        finally:
            bar.close()
        return self._result()

    def _go(self) -> None:
        """Say that the job is there; the pipe stays open for as long as this process lives."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            self.process.wait()  # it has died already, and _result says of what

    def _end(self, number: int) -> None:
        try:
            os.killpg(self.process.pid, number)
            self.process.wait(PATIENCE)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            return

    def _result(self) -> dict[str, Any]:
        path = self.work / layout.RESULT
        result: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        error = result.get("error")
        if result and not error:
            return result
        if error and error["code"] in KINDS:
            raise KINDS[error["code"]](error["message"])
        if self.process.returncode == -signal.SIGKILL:
            raise MissingTool("training was killed from outside, most likely for want of memory")
        what = error["message"] if error else f"it ended with code {self.process.returncode}"
        raise OilstoneError(f"training stopped: {what}\n{self._tail()}(the log: {self.log})")

    def _tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return "".join(f"  | {line[:200]}\n" for line in lines[-TAIL_LINES:])
