"""One job as seen from outside the walls: its output so far, and how it ended."""

import contextlib
import os
import signal
from typing import Any

from oilstone_eval.sandbox.job import Job, Outcome

CHUNK = 1 << 16


class Running:
    """A started job. `ends` are the descriptors to read its standard output and error from."""

    def __init__(self, number: int, job: Job, ends: tuple[int, int]) -> None:
        self.number, self.job, self.ends = number, job, ends
        self.output = {end: bytearray() for end in ends}
        self.open = set(ends)
        self.stopped: str | None = None
        self.dropped = False
        self.report: dict[str, Any] | None = None

    @property
    def overflowed(self) -> bool:
        """Whether it said more than it may, and is to be ended for that."""
        return self.dropped and not self.job.whole_output

    def read(self, end: int) -> bool:
        """Take what is there; False when nothing will come any more."""
        try:
            data = os.read(end, CHUNK)
        except BlockingIOError:
            return False
        kept, cap = self.output[end], self.job.limits.output_kib << 10
        kept += data[: cap - len(kept)]
        if data and len(kept) == cap:
            self.dropped = True
            if not self.job.whole_output:
                self.stopped = self.stopped or "output"
        return bool(data)

    def close(self) -> None:
        """Take what an ended job left in its pipes, and close them."""
        for end in self.ends:
            if end in self.open:
                os.set_blocking(end, False)
                while not self.overflowed and self.read(end):
                    pass
            with contextlib.suppress(OSError):
                os.close(end)
        self.open.clear()

    def outcome(self) -> Outcome:
        """Return how it ended; the zygote's report must be there."""
        report = self.report or {}
        if report.get("fault"):
            return Outcome(fault=f"{self.job.program or self.job.entry}: {report['fault']}")
        out, err = (bytes(self.output[end]) for end in self.ends)
        stopped = self.stopped or report["stopped"] or self._out_of_time(report)
        return Outcome(
            status=report["status"], signal=report["signal"], stopped=stopped,
            cpu_seconds=report["cpu_seconds"], peak_mib=report["peak_mib"],
            stdout=out, stderr=err, dropped=self.dropped,
        )  # fmt: skip

    def _out_of_time(self, report: dict[str, Any]) -> str | None:
        """The kernel enforces the limit by a coarser clock than the bill is made by."""
        used = report["cpu_seconds"] >= 0.5 * self.job.limits.cpu_seconds
        killed = report["signal"] in (signal.SIGKILL, signal.SIGXCPU)
        return "cpu" if killed and used else None
