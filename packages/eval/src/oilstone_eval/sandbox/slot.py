"""One zygote and the socket to it: starts jobs, collects what they say, ends them."""

import contextlib
import marshal
import os
import select
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from oilstone_eval.sandbox import uids
from oilstone_eval.sandbox.job import Job, Outcome, pack_job, read_report
from oilstone_eval.sandbox.running import Running
from oilstone_eval.sandbox.walls import WORK, Walls
from oilstone_eval.sandbox.watchdog import MOST

# Beyond a job's own wall limit: time to start it, to end it and to hand its output over.
GRACE_SECONDS = 30.0
START_SECONDS = 60.0
Watch = Mapping[int, Callable[[], object]]


class Slot:
    """Runs jobs in one sandbox that lives until `close`."""

    def __init__(self, walls: Walls, index: int = 0) -> None:
        self.walls, self.index = walls, index
        self.folder: Path | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.control: socket.socket | None = None
        self.lock: int | None = None
        self.started = 0
        self.running: dict[int, Running] = {}

    def __enter__(self) -> "Slot":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, job: Job) -> Outcome:
        """Run one job. Trouble of the sandbox itself comes back as the outcome's `fault`."""
        try:
            return self.wait(self.start(job))
        except (OSError, EOFError, TimeoutError) as error:
            self.close()
            return Outcome(fault=f"the sandbox ended or hung ({error})")

    def start(self, job: Job, descriptors: Sequence[int] = ()) -> Running:
        """Start a job that gets `descriptors` as 3, 4 and so on. Raises OSError or EOFError."""
        control = self.control or self._open()
        order = {
            "do": "start", "number": self.started, "build": job.build,
            "wall": job.limits.wall_seconds, "total_mib": 2 * job.limits.memory_mib,
        }  # fmt: skip
        (out, out_w), (err, err_w), given = os.pipe(), os.pipe(), holding(pack_job(job))
        theirs = [given, out_w, err_w]
        try:
            socket.send_fds(control, [marshal.dumps(order)], [*theirs, *descriptors])
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        running = Running(self.started, job, (out, err))
        self.running[running.number] = running
        self.started += 1
        return running

    def wait(self, running: Running, watch: Watch | None = None) -> Outcome:
        """Wait for the end of a job; call what `watch` holds when its descriptor is ready.

        Raises OSError, EOFError or TimeoutError when the sandbox itself fails; close it then.
        """
        assert self.control
        handlers = {self.control.fileno(): self._listen, **(watch or {})}
        poll = select.poll()
        for descriptor in (*handlers, *running.open):
            poll.register(descriptor, select.POLLIN)
        deadline = time.monotonic() + MOST * running.job.limits.wall_seconds + GRACE_SECONDS
        try:
            while running.report is None:
                ready = poll.poll(min(max(0.0, deadline - time.monotonic()), 1e6) * 1000)
                if not ready:
                    raise TimeoutError("no answer in time")
                for descriptor, _ in ready:
                    if descriptor in handlers:
                        handlers[descriptor]()
                    elif not running.overflowed and not running.read(descriptor):
                        poll.unregister(descriptor)
                        running.open.discard(descriptor)
                    elif running.overflowed:
                        self.kill(running)
                        poll.unregister(descriptor)
        finally:
            running.close()
            self.running.pop(running.number, None)
        return running.outcome()

    def kill(self, running: Running) -> None:
        """End a job and all of its descendants."""
        if self.control:
            self.control.send(marshal.dumps({"do": "kill", "number": running.number}))

    def close(self) -> None:
        """End the zygote and whatever it runs, and remove its folder."""
        if self.control:
            self.control.close()
            self.control = None
        if self.process:
            _end(self.process)
            self.process = None
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None
        for running in self.running.values():
            running.close()
        self.running.clear()

    def _listen(self) -> None:
        assert self.control
        message = self.control.recv(1 << 13)
        if not message:
            raise EOFError("no answer")
        report = read_report(message)
        running = self.running.get(report["number"])
        if running:
            running.report = report

    def _open(self) -> socket.socket:
        """Start the zygote and wait until it is ready."""
        work, uid = WORK, 0
        if os.geteuid() == 0:
            uid, self.lock = uids.take()
        if not self.walls.walled:
            self.folder = Path(tempfile.mkdtemp(prefix="oilstone-"))
            # Passable, not listable: a judged program under another uid reaches its own folder.
            self.folder.chmod(0o711)
            work = str(self.folder)
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, tempfile.TemporaryFile() as said:
            self.process = subprocess.Popen(
                self.walls.command(work, uid), env={"PYTHONHASHSEED": "0"}, cwd="/",
                stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=said.fileno(),
                start_new_session=True,
            )  # fmt: skip
            theirs.close()
            self.control.settimeout(START_SECONDS)
            ready = self.control.recv(1 << 10)
            self.control.settimeout(None)
            if not ready:
                self.process.wait()
                said.seek(0)
                lines = said.read().decode(errors="replace").strip().splitlines()
                raise EOFError(lines[-1] if lines else "it did not start")
        return self.control


def holding(data: bytes) -> int:
    """Return a descriptor of a file in memory that holds `data`."""
    given = os.memfd_create("job")
    view = memoryview(data)
    while view:
        view = view[os.write(given, view) :]
    return given


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Let an idle zygote see the end of its input; kill one that is not idle."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=1)
        return
    process.kill()
    process.wait()
