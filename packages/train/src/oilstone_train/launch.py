"""Training in a process of its own, with a clean environment, its talk in a log file."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from oilstone_schemas.command import CheckFailed, MissingTool, OilstoneError, say
from oilstone_schemas.disk import replacing
from oilstone_train import died, layout, processes
from oilstone_train.progress import Bar
from oilstone_train.telemetry import Tail

PASSED_ON = (
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "VIRTUAL_ENV",
    "WANDB_API_KEY",
    "WANDB_BASE_URL",
    "HTTPS_PROXY",
    "RAY_ADDRESS",
)
PASSED_ON_PREFIXES = ("LC_", "CUDA_", "NVIDIA_", "NCCL_", "RAY_ADDRESS")
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
KILLED = "Signal 9 (SIGKILL) received"  # a launcher's words about one of its processes


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
    """The training process, or the launcher of several.

    It starts to import at once, while its work is still being prepared. It ends with the `with`
    block, and when this process is killed.
    """

    def __init__(
        self, work: Path, threads: int, launcher: processes.Launcher | None = None
    ) -> None:
        self.work, self.threads, self.launcher = work, threads, launcher
        self.log = work / layout.LOG

    def __enter__(self) -> "Worker":
        self._clear()
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                processes.command(COMMAND, self.launcher),
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
        assert self.process.stdin is not None
        self.process.stdin.close()  # what a launcher started and did not end hears it
        if kind is KeyboardInterrupt:
            say("stopped; the same command goes on from the last checkpoint")

    def do(self, job: dict[str, Any]) -> dict[str, Any]:
        """Let it do the job, showing progress, and return its result.

        Raises OilstoneError when it fails, with the end of its log.
        """
        with replacing(self.work / layout.JOB) as temporary:
            temporary.write_text(json.dumps(job))
        bar, tail = Bar(), Tail(self.work / layout.TELEMETRY)
        try:
            while self.process.poll() is None:
                time.sleep(POLL)
                bar.show(tail.new())
            bar.show(tail.new())
        finally:
            bar.close()
        return self._result()

    def _clear(self) -> None:
        """Remove what an interrupted run left: its job, its results, rows half prepared."""
        for path in (self.work / layout.JOB, *self.work.glob("result*.json")):
            path.unlink(missing_ok=True)
        for folder in (layout.PREPARED, layout.CACHE):
            shutil.rmtree(self.work / folder, ignore_errors=True)

    def _end(self, number: int) -> None:
        try:
            os.killpg(self.process.pid, number)
            self.process.wait(PATIENCE)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            return

    def _result(self) -> dict[str, Any]:
        result = self._told()
        error = result.get("error")
        if result and not error:
            return result
        if self._killed():
            raise MissingTool(
                "training was killed from outside, most likely for want of memory; the same command"
                " goes on from the last checkpoint. A smaller training.micro_batch_size needs less,"
                " with gradient_accumulation_steps raised by as much"
            )
        if not error and self.process.returncode == MissingTool.code:
            raise died.no_space(self.work)  # it could not even write that down
        if error and error["code"] in KINDS:
            raise KINDS[error["code"]](error["message"])
        what = error["message"] if error else f"it ended with code {self.process.returncode}"
        raise OilstoneError(f"training stopped: {what}\n{self._tail()}(the log: {self.log})")

    def _told(self) -> dict[str, Any]:
        """Return the result, or the first error: when a process fails, others do for want of it."""
        paths = sorted(self.work.glob("result*.json"), key=lambda path: path.stat().st_mtime_ns)
        found: list[dict[str, Any]] = [json.loads(path.read_text()) for path in paths]
        return next((one for one in found if "error" in one), found[0] if found else {})

    def _killed(self) -> bool:
        if self.process.returncode == -signal.SIGKILL:
            return True
        return self.launcher is not None and KILLED in self.log.read_text(errors="replace")

    def _tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return "".join(f"  | {line[:200]}\n" for line in lines[-TAIL_LINES:])
