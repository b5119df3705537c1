"""The trusted process inside the walls that starts jobs, watches them and says how they ended.

It is told what to start through a socket, together with the descriptors that the job gets; what
stands in them it never reads, since every job begins as a copy of it.
"""

import gc
import importlib
import json
import marshal
import os
import select
import signal
import socket
import time
from pathlib import Path
from typing import Any

from oilstone_eval.sandbox import kernel, launch, settle, watchdog
from oilstone_eval.sandbox.launch import Place

TICK_MS = 50
MOST_DESCRIPTORS = 16
ENDLESS = 1e6


def main(work: str, walled: bool, uid: int, *preload: str) -> None:
    """Serve until the other end of standard input closes. `uid`: whom to become if root."""
    control = _take_socket()
    # Done once here, it need not be done by every job.
    os.environ.clear()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    place = settle.settle(work, walled, uid)
    for name in preload:
        importlib.import_module(name)
    # The first compile() prepares state that every copy would otherwise prepare again.
    exec(compile("def f(x): return [y for y in x]", "<warm>", "exec"), {})
    gc.collect()
    gc.freeze()
    control.send(b"{}")
    _Zygote(control, place).serve()


def _take_socket() -> socket.socket:
    """Move our socket out of the way of the jobs' standard input and output."""
    control = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    return control


class _Child:
    """A job that runs: its number, pid, bounds, and the pipe that tells why it did not start."""

    def __init__(self, number: int, pid: int, order: dict[str, Any], trouble: int) -> None:
        self.number, self.pid, self.trouble = number, pid, trouble
        self.wall: float = order["wall"]
        self.total_kib: int = order["total_mib"] << 10
        self.scratch: str | None = order.get("scratch")
        self.started, self.waited, self.stopped = time.monotonic(), 0.0, ""
        self.ended = os.pidfd_open(pid)

    def overdue(self) -> bool:
        """Tell whether it has had its wall time, but for waits for CPUs that others kept busy."""
        seconds = time.monotonic() - self.started
        return seconds - self.waited >= self.wall or seconds >= watchdog.MOST * self.wall


class _Zygote:
    def __init__(self, control: socket.socket, place: Place) -> None:
        self.control, self.place = control, place
        self.children: dict[int, _Child] = {}
        self.waits = watchdog.Waits()
        self.poll = select.poll()
        self.poll.register(control, select.POLLIN)

    def serve(self) -> None:
        while True:
            watched = any(child.wall < ENDLESS for child in self.children.values())
            ready = self.poll.poll(TICK_MS if watched else None)
            if not ready:
                self._tick()
            for descriptor, _ in ready:
                if descriptor in self.children:
                    self._report(self.children.pop(descriptor))
                elif not self._obey():
                    return

    def _obey(self) -> bool:
        """Take one message; False when there will be no more."""
        data, descriptors, _, _ = socket.recv_fds(self.control, 1 << 12, MOST_DESCRIPTORS)
        if not data:
            return False
        order = marshal.loads(data)
        if order["do"] == "kill":
            self._kill(order["number"])
        else:
            self._start(order, descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
        return True

    def _start(self, order: dict[str, Any], descriptors: list[int]) -> None:
        try:
            scratch = settle.prepare(self.place, order)
            theirs, ours = os.pipe()
            place = self.place._replace(others=self.place.others + len(self.children))
            pid = kernel.fork_apart() if place.walled else os.fork()
        except OSError as error:
            self._answer({"number": order["number"], "fault": str(error)})
            return
        if pid == 0:
            launch.become_job(place, scratch, descriptors, ours)
        os.close(ours)
        child = _Child(order["number"], pid, order, theirs)
        self.children[child.ended] = child
        self.poll.register(child.ended, select.POLLIN)

    def _tick(self) -> None:
        watched = [child for child in self.children.values() if child.wall < ENDLESS]
        theirs = self._processes(watched)
        waited = self.waits.since(theirs)
        for child in watched:
            child.waited += waited
            if child.overdue():
                self._stop(child, "wall")
        most = min((child.total_kib for child in watched), default=0)
        if self.place.walled and watched and watchdog.resident(theirs) + watchdog.buffered() > most:
            for child in watched:
                self._stop(child, "memory")

    def _processes(self, watched: list[_Child]) -> set[int]:
        """Return the processes of jobs that are watched; without walls, their first ones."""
        if not self.place.walled:
            return {child.pid for child in watched}
        others = [child.pid for child in self.children.values() if child not in watched]
        return watchdog.processes({os.getpid(), *others})

    def _stop(self, child: _Child, why: str) -> None:
        child.stopped = child.stopped or why
        self._kill(child.number)

    def _kill(self, number: int) -> None:
        # Within walls the job is its namespace's init: all of its descendants die with it.
        send = os.kill if self.place.walled else os.killpg
        for child in self.children.values():
            if child.number == number:
                try:
                    send(child.pid, signal.SIGKILL)
                except ProcessLookupError:
                    os.kill(child.pid, signal.SIGKILL)

    def _report(self, child: _Child) -> None:
        self.poll.unregister(child.ended)
        os.close(child.ended)
        _, status, usage = os.wait4(child.pid, 0)
        if not self.place.walled:
            settle.end_descendants({other.pid for other in self.children.values()})
        if child.scratch:
            settle.remove(Path(child.scratch))
        fault = os.read(child.trouble, 4096).decode(errors="replace")
        os.close(child.trouble)
        self._answer(
            {
                "number": child.number, "fault": fault or None, "stopped": child.stopped or None,
                "status": os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0,
                "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
                "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 6),
                "peak_mib": usage.ru_maxrss >> 10,
            }
        )  # fmt: skip

    def _answer(self, report: dict[str, Any]) -> None:
        self.control.send(json.dumps(report).encode())
