"""Runs a built program on its cases. The verdict is reached here, outside the sandbox."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from oilstone_eval.judges.base import Case, Ruling
from oilstone_eval.sandbox.job import Job, Limits, Outcome
from oilstone_eval.sandbox.slot import Slot

SHOWN = 120


@dataclass(frozen=True)
class Tally:
    """How many cases passed, and the ruling on the first that did not (None: all passed)."""

    passed: int
    first: Ruling | None
    seconds: float


def run(slot: Slot, program: str, name: str, cases: Sequence[Case], limits: Limits) -> Tally:
    """Run each case in a process of its own. After a time-out the other cases are not run."""
    passed, seconds, first = 0, 0.0, None
    for number, case in enumerate(cases, start=1):
        outcome = slot.run(Job(program=program, argv=(name,), limits=limits, stdin=case.stdin))
        seconds += outcome.cpu_seconds
        reason, what = _compare(outcome, case, limits)
        passed += not reason
        if reason and not first:
            status = "unscored" if reason == "evaluator_fault" else "failed"
            first = Ruling(status, reason, f"test {number} of {len(cases)}: {what}")
        if reason in ("timeout", "evaluator_fault"):
            break
    return Tally(passed, first, seconds)


def _compare(outcome: Outcome, case: Case, limits: Limits) -> tuple[str | None, str]:
    """Return the reason of failure (None: passed) and what to say about it."""
    if outcome.fault:
        return "evaluator_fault", outcome.fault
    if outcome.stopped == "cpu":
        return "timeout", f"used up its {limits.cpu_seconds} CPU seconds"
    if outcome.stopped == "wall":
        return "timeout", f"still running, mostly idle, after {limits.wall_seconds:g} seconds"
    if outcome.stopped == "output":
        return "output_limit", f"printed more than {limits.output_kib} KiB"
    if outcome.signal or outcome.status:
        return _crash(outcome, limits)
    got, wanted = _lines(outcome.stdout.decode(errors="replace")), _lines(case.stdout)
    return (None, "") if got == wanted else ("wrong_output", _difference(got, wanted))


def _crash(outcome: Outcome, limits: Limits) -> tuple[str, str]:
    said = outcome.stderr.decode(errors="replace")
    if outcome.signal and re.search(r"memory allocation of \d+ bytes failed", said):
        return "memory", f"needed more than {limits.memory_mib} MiB"
    ended = f"signal {outcome.signal}" if outcome.signal else f"exit status {outcome.status}"
    return "runtime_error", f"ended with {ended}{_panic(said)}"


def _panic(said: str) -> str:
    """Return the panic's message without place and thread number, which vary from run to run."""
    old = re.search(r"panicked at '(.*)', [^\n]*:\d+:\d+", said)
    new = re.search(r"panicked at [^\n]*:\d+:\d+:\n([^\n]*)", said)
    found = old or new
    return f": panicked: {found[1][:SHOWN]}" if found else ""


def _lines(text: str) -> list[str]:
    """Split into lines without trailing blanks, and without blank lines at the end."""
    return "\n".join(line.rstrip() for line in text.splitlines()).rstrip("\n").split("\n")


def _difference(got: list[str], wanted: list[str]) -> str:
    for number, pair in enumerate(zip(got, wanted, strict=False), start=1):
        if pair[0] != pair[1]:
            return f"line {number} is {pair[0][:SHOWN]!r}, not {pair[1][:SHOWN]!r}"
    return f"{len(got)} lines, not {len(wanted)}"
