"""Watches one running job: collects its output, ends it at a limit, reads its bill."""

import contextlib
import os
import select
import signal
import time
from pathlib import Path

from oilstone_eval.sandbox.job import Limits, Outcome
from oilstone_eval.sandbox.launch import Started

CHUNK = 1 << 16


class Watch:
    """One job from start to its last byte of output."""

    def __init__(self, started: Started, limits: Limits, walled: bool) -> None:
        self.started, self.limits, self.walled = started, limits, walled
        self.output = {started.stdout: bytearray(), started.stderr: bytearray()}
        self.stopped: str | None = None

    def outcome(self) -> Outcome:
        """Wait for the end, at most the limits' wall seconds, and say how it came."""
        self._follow()
        _, status, usage = os.wait4(self.started.pid, 0)
        if not self.walled:
            end_descendants()
        self._drain()
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        cpu = usage.ru_utime + usage.ru_stime
        # The kernel enforces the limit by a coarser clock than the bill is made by.
        if number in (signal.SIGKILL, signal.SIGXCPU) and cpu >= 0.5 * self.limits.cpu_seconds:
            self.stopped = self.stopped or "cpu"
        out, err = (bytes(self.output[end]) for end in (self.started.stdout, self.started.stderr))
        return Outcome(
            status=os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0,
            signal=number, stopped=self.stopped, cpu_seconds=round(cpu, 6),
            peak_mib=usage.ru_maxrss >> 10, stdout=out, stderr=err,
        )  # fmt: skip

    def _follow(self) -> None:
        deadline = time.monotonic() + self.limits.wall_seconds
        ended = os.pidfd_open(self.started.pid)
        poll = select.poll()
        for descriptor in (ended, *self.output):
            poll.register(descriptor, select.POLLIN)
        try:
            while self.stopped is None:
                ready = poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
                if not ready:
                    self.stopped = "wall"
                for descriptor, _ in ready:
                    if descriptor == ended:
                        return
                    if not self._read(descriptor):
                        poll.unregister(descriptor)
        finally:
            os.close(ended)
            self._kill()

    def _read(self, descriptor: int) -> bool:
        """Take what is there; False at its end. More than the cap ends the job."""
        data = os.read(descriptor, CHUNK)
        kept, cap = self.output[descriptor], self.limits.output_kib << 10
        kept += data[: cap - len(kept)]
        if data and len(kept) == cap:
            self.stopped = self.stopped or "output"
        return bool(data)

    def _drain(self) -> None:
        """Read what a dead job left in its pipes; a descendant that fled must not hold us up."""
        for descriptor in self.output:
            os.set_blocking(descriptor, False)
            with contextlib.suppress(BlockingIOError):
                while self.stopped != "output" and self._read(descriptor):
                    pass
            os.close(descriptor)

    def _kill(self) -> None:
        # Within walls the job is its namespace's init: all of its descendants die with it.
        send = os.kill if self.walled else os.killpg
        with contextlib.suppress(ProcessLookupError):
            send(self.started.pid, signal.SIGKILL)


def end_descendants() -> None:
    """Kill and reap everything that this process adopted; only without pid namespaces needed."""
    while pids := _children():
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in pids:
            os.waitpid(pid, 0)


def _children() -> list[int]:
    listing = Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(pid) for pid in listing.read_text().split()]
