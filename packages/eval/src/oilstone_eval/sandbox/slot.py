"""One warden and the pipe to it. Jobs of a slot run one after another."""

import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from oilstone_eval.sandbox.job import Job, Outcome, pack_job, read_outcome, send
from oilstone_eval.sandbox.walls import WORK, Walls

# Beyond a job's own wall limit: time to start it, to end it and to hand its output over.
GRACE_SECONDS = 30.0


class Slot:
    """Runs jobs in one sandbox that lives until `close`."""

    def __init__(self, walls: Walls, index: int = 0) -> None:
        self.walls, self.index = walls, index
        self.folder: Path | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Slot":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, job: Job) -> Outcome:
        """Run one job. Trouble of the sandbox itself comes back as the outcome's `fault`."""
        process = self.process or self._start()
        assert process.stdin and process.stdout
        deadline = time.monotonic() + job.limits.wall_seconds + GRACE_SECONDS
        try:
            send(process.stdin.fileno(), pack_job(job))
            source = process.stdout.fileno()
            return read_outcome(lambda size: _within(source, size, deadline))
        except (EOFError, BrokenPipeError, TimeoutError) as error:
            self.close()
            return Outcome(fault=f"the sandbox ended or hung ({error})")

    def close(self) -> None:
        """End the warden and whatever it runs, and remove its folder."""
        if self.process:
            _end(self.process)
            self.process = None
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None

    def _start(self) -> "subprocess.Popen[bytes]":
        work = WORK
        if not self.walls.walled:
            self.folder = Path(tempfile.mkdtemp(prefix="oilstone-"))
            # Passable, not listable: a judged program under another uid reaches its own folder.
            self.folder.chmod(0o711)
            work = str(self.folder)
        self.process = subprocess.Popen(
            self.walls.command(work, self.index), bufsize=0, env={}, cwd="/",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        return self.process


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Let an idle warden see the end of its input; kill one that is not idle."""
    try:
        process.communicate(timeout=1)
    except (subprocess.TimeoutExpired, BrokenPipeError):
        process.kill()
        process.communicate()


def _within(descriptor: int, size: int, deadline: float) -> bytes:
    """Read exactly `size` bytes. Raises TimeoutError at the deadline, EOFError at the end."""
    parts = []
    while size:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            raise TimeoutError("no answer in time")
        part = os.read(descriptor, min(size, 1 << 20))
        if not part:
            raise EOFError("no answer")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
