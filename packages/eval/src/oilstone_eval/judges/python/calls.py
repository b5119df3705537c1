"""Call-based tests: the program answers calls in one job, the tests run in another.

They share no process and no memory. What crosses is plain data, compared on the tests' side, so
that no object of the program's takes part in its own verdict.
"""

import contextlib
import json
import os
import select
import socket
from dataclasses import dataclass, field
from typing import Any

from oilstone_eval.judges.base import Program, Ruling
from oilstone_eval.judges.cases import ended, ruling
from oilstone_eval.judges.python import limits
from oilstone_eval.judges.python.errors import of_error
from oilstone_eval.sandbox.job import Job, Limits, Outcome
from oilstone_eval.sandbox.running import Running
from oilstone_eval.sandbox.slot import Slot, holding

_INSIDE = "oilstone_eval.judges.python.inside"
# After the program's end the tests have only its last answer left to look at.
PATIENCE_SECONDS = 30.0
_TESTS = Job("", (), limits.TESTER, entry=f"{_INSIDE}.tester:serve")
Verdict = dict[str, Any]


def code_of(program: Program) -> str:
    """Return the text to run: the answer, after the prelude unless it makes that needless."""
    if not program.prelude or _defines(program):
        return program.code
    return program.prelude + program.code


def _defines(program: Program) -> bool:
    """Tell whether the answer itself defines the entry point."""
    start = f"def {program.entry_point}("
    return any(line.startswith((start, f"async {start}")) for line in program.code.splitlines())


@dataclass
class Tester:
    """A slot's process that runs tests, made when it is first needed and after it ended."""

    slot: Slot
    channel: socket.socket | None = None
    job: Running | None = None
    heard: list[Verdict | None] = field(default_factory=list)

    def judge(self, program: Program, bounds: Limits) -> Ruling:
        """Judge one program; its tests must call something of it."""
        try:
            verdict, outcome = self._ask(program, bounds)
        except (OSError, EOFError, TimeoutError) as error:
            self.close()
            self.slot.close()
            return ruling("evaluator_fault", f"the sandbox ended or hung ({error})")
        if verdict is None or verdict["end"] == "slow":
            self.close()
        return _ruling(verdict, outcome, bounds)

    def close(self) -> None:
        """End the process; the next judgement starts another."""
        if self.channel:
            self.channel.close()
        if self.job:
            with contextlib.suppress(OSError, EOFError, TimeoutError):
                self.slot.kill(self.job)
                self.slot.wait(self.job)
        self.channel = self.job = None

    def _ask(self, program: Program, bounds: Limits) -> tuple[Verdict | None, Outcome]:
        channel = self.channel if self.channel and self.slot.control else self._open()
        given = {"code": code_of(program), "entry_point": program.entry_point}
        job = Job(
            "", (), bounds, entry=f"{_INSIDE}.candidate:serve", given=given, whole_output=True
        )
        mine, theirs = socket.socketpair()
        with mine, theirs:
            running = self.slot.start(job, [mine.fileno()])
            tests = holding(_task(program, bounds))
            socket.send_fds(channel, [b"judge"], [tests, theirs.fileno()])
            os.close(tests)
        self.heard.clear()
        outcome = self.slot.wait(running, {channel.fileno(): lambda: self._hear(channel, running)})
        if not self.heard and select.select([channel], [], [], PATIENCE_SECONDS)[0]:
            self._hear(channel, None)
        return (self.heard[0] if self.heard else None), outcome

    def _hear(self, channel: socket.socket, running: Running | None) -> None:
        """Take the verdict; the program is not needed any more."""
        if not self.heard:
            data = channel.recv(1 << 16)
            self.heard.append(json.loads(data) if data else None)
            if running:
                self.slot.kill(running)

    def _open(self) -> socket.socket:
        self.channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.job = self.slot.start(_TESTS, [theirs.fileno()])
        return self.channel


def _task(program: Program, bounds: Limits) -> bytes:
    return json.dumps(
        {
            "entry_point": program.entry_point, "prelude": program.prelude,
            "test_code": program.test_code, "cpu_seconds": 5 * bounds.cpu_seconds,
        }
    ).encode()  # fmt: skip


def _ruling(verdict: Verdict | None, outcome: Outcome, bounds: Limits) -> Ruling:
    end = verdict["end"] if verdict else "slow"
    kind, text = (verdict["error_type"], verdict["text"]) if verdict else ("", "")
    found = _found(end, kind, text, verdict["calls"] if verdict else 0, outcome, bounds)
    compiles = None if found.status == "unscored" else found.reason != "compile_error"
    checks = {"compiles": compiles, "error_type": kind or None, "output_dropped": outcome.dropped}
    return Ruling(found.status, found.reason, found.explanation, checks, outcome.cpu_seconds)


def _found(end: str, kind: str, text: str, calls: int, outcome: Outcome, bounds: Limits) -> Ruling:
    if outcome.fault:
        return ruling("evaluator_fault", outcome.fault)
    if end == "bad_tests":
        return ruling("evaluator_fault", f"the problem's tests cannot be run: {text}")
    if end == "passed":
        if calls:
            return Ruling("passed", None)
        return Ruling("unscored", "not_run", "the problem's tests call nothing of the program")
    if end in ("loading", "raised"):
        return of_error(kind, text, end == "loading", bounds)
    if end == "wrong":
        return ruling("wrong_output", f"{kind}: {text}" if text else kind)
    if end == "gone":
        reason, what = ended(outcome, bounds)
        return ruling(reason or "runtime_error", what or "it ended before its tests did")
    return ruling("timeout", "the tests did not come to an end with its answers")
