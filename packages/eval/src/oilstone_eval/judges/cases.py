"""Runs a built program on its cases. The verdict is reached here, outside the sandbox."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from oilstone_eval.judges.base import Case, Ruling
from oilstone_eval.judges.outputs import SHOWN, difference
from oilstone_eval.sandbox.job import Job, Limits, Outcome
from oilstone_eval.sandbox.slot import Slot


@dataclass(frozen=True)
class Tally:
    """How many cases passed, and the ruling on the first that did not (None: all passed)."""

    passed: int
    first: Ruling | None
    seconds: float


def run(
    slot: Slot, program: str, name: str, cases: Sequence[Case], limits: Limits,
    compare: str = "lines", tolerance: float = 1e-6,
) -> Tally:  # fmt: skip
    """Run each case in a process of its own. After a time-out the other cases are not run."""
    passed, seconds, first = 0, 0.0, None
    for number, case in enumerate(cases, start=1):
        outcome = slot.run(Job(program=program, argv=(name,), limits=limits, stdin=case.stdin))
        seconds += outcome.cpu_seconds
        reason, what = judge(outcome, case, limits, compare, tolerance)
        passed += not reason
        if reason and not first:
            first = ruling(reason, f"test {number} of {len(cases)}: {what}")
        if reason in ("timeout", "evaluator_fault"):
            break
    return Tally(passed, first, seconds)


def ruling(reason: str, what: str) -> Ruling:
    """Return the ruling for a reason not to pass."""
    status = "unscored" if reason == "evaluator_fault" else "failed"
    return Ruling(status, reason, what)


def judge(
    outcome: Outcome, case: Case, limits: Limits, compare: str = "lines", tolerance: float = 1e-6
) -> tuple[str | None, str]:
    """Return the reason of failure (None: passed) and what to say about it."""
    reason, what = ended(outcome, limits)
    if reason:
        return reason, what
    got = outcome.stdout.decode(errors="replace")
    found = difference(got, case.stdout, compare, tolerance)
    return ("wrong_output", found) if found else (None, "")


def ended(outcome: Outcome, limits: Limits) -> tuple[str | None, str]:
    """Return why a run did not end well, and what to say; (None, "") if it did."""
    if outcome.fault:
        return "evaluator_fault", outcome.fault
    if outcome.stopped == "cpu":
        return "timeout", f"used up its {limits.cpu_seconds} CPU seconds"
    if outcome.stopped == "wall":
        return "timeout", f"still running, mostly idle, after {limits.wall_seconds:g} seconds"
    if outcome.stopped == "memory":
        return "memory", f"needed more than {2 * limits.memory_mib} MiB in all its processes"
    if outcome.stopped == "output":
        return "output_limit", f"printed more than {limits.output_kib} KiB"
    return _crash(outcome, limits) if outcome.signal or outcome.status else (None, "")


def _crash(outcome: Outcome, limits: Limits) -> tuple[str, str]:
    said = outcome.stderr.decode(errors="replace")
    if outcome.signal and re.search(r"memory allocation of \d+ bytes failed", said):
        return "memory", f"needed more than {limits.memory_mib} MiB"
    how = f"signal {outcome.signal}" if outcome.signal else f"exit status {outcome.status}"
    return "runtime_error", f"ended with {how}{_panic(said)}"


def _panic(said: str) -> str:
    """Return the panic's message without place and thread number, which vary from run to run."""
    old = re.search(r"panicked at '(.*)', [^\n]*:\d+:\d+", said)
    new = re.search(r"panicked at [^\n]*:\d+:\d+:\n([^\n]*)", said)
    found = old or new
    return f": panicked: {found[1][:SHOWN]}" if found else ""
