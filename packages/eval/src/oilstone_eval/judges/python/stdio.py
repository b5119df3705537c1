"""Programs that read standard input and print. Their output is compared out here.

The cases of a program that can leave nothing behind run one after another in one process, each
with fresh names; of any other, the first. What does not pass there, and what is left, is run in a
process of its own, which alone can fail a program.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from oilstone_eval.judges import cases
from oilstone_eval.judges.base import Case, Program, Ruling
from oilstone_eval.judges.outputs import difference
from oilstone_eval.judges.python.company import may_share
from oilstone_eval.judges.python.errors import of_error
from oilstone_eval.judges.python.inside.stdio import HEADER
from oilstone_eval.sandbox.job import Job, Limits, Outcome
from oilstone_eval.sandbox.slot import Slot, holding

_ENTRY = "oilstone_eval.judges.python.inside.stdio"
_ERROR = re.compile(r"(?:\w+\.)*(\w+)(?:: (.*))?")


@dataclass(frozen=True)
class Run:
    """One case in company: how it ended, and its output."""

    end: dict[str, Any]
    output: bytes

    def passes(self, case: Case, program: Program, most: int) -> bool:
        """Tell whether the case passed."""
        if self.end["status"] or len(self.output) > most:
            return False
        got = self.output.decode(errors="replace")
        return not difference(got, case.stdout, program.compare, program.tolerance)


def judge(slot: Slot, program: Program, bounds: Limits) -> Ruling:
    """Judge a program on all its cases; after a time-out those that are left are not run."""
    if not program.cases:
        return Ruling("unscored", "not_run", "the problem has no tests")
    bounds = _room(program, bounds)
    runs, outcome = _together(slot, program, bounds)
    if outcome.fault:
        return cases.ruling("evaluator_fault", outcome.fault)
    if not runs and outcome.stopped:
        # It came no further than the first case, which was alone then.
        reason, what = cases.ended(outcome, bounds)
        found = cases.ruling(reason or "", f"test 1 of {len(program.cases)}: {what}")
        checks = _checks(program, 0, found, None)
        return replace(found, checks=checks, seconds=outcome.cpu_seconds)
    if runs and not runs[0].end["compiles"]:
        found = of_error(*_error(runs[0].end["said"]), True, bounds)
        return replace(found, checks=_checks(program, 0, found, runs[0].end["error_type"]))
    return _Tally(slot, program, bounds, runs).ruling(outcome.cpu_seconds)


def _room(program: Program, bounds: Limits) -> Limits:
    """Leave room for an output much longer than what is expected."""
    longest = max(len(case.stdout.encode(errors="replace")) for case in program.cases)
    return replace(bounds, output_kib=max(bounds.output_kib, 2 * longest >> 10))


class _Tally:
    """Goes through the cases, with what happened in company and, where needed, alone."""

    def __init__(self, slot: Slot, program: Program, bounds: Limits, runs: list[Run]) -> None:
        self.slot, self.program, self.bounds, self.runs = slot, program, bounds, runs
        self.passed, self.seconds = 0, 0.0
        self.first: Ruling | None = None
        self.kind: str | None = None
        self.confirmed = False

    def ruling(self, seconds: float) -> Ruling:
        for number, case in enumerate(self.program.cases):
            run = self.runs[number] if number < len(self.runs) else None
            if run and run.passes(case, self.program, self.bounds.output_kib << 10):
                self.passed += 1
            elif run and self.confirmed:
                continue
            elif self._alone(number, case, run) in ("timeout", "evaluator_fault"):
                break
        found = self.first or Ruling("passed", None)
        checks = _checks(self.program, self.passed, found, self.kind)
        return replace(found, checks=checks, seconds=seconds + self.seconds)

    def _alone(self, number: int, case: Case, run: Run | None) -> str | None:
        """Run a case by itself. When it fails as it did in company, company can be trusted."""
        job = Job(
            "", (), self.bounds, entry=f"{_ENTRY}:alone", given={"code": self.program.code},
            stdin=case.stdin,
        )  # fmt: skip
        outcome = self.slot.run(job)
        self.seconds += outcome.cpu_seconds
        reason, what = _judged(outcome, case, self.program, self.bounds)
        self.passed += not reason
        self.confirmed = bool(run and reason in ("wrong_output", "runtime_error"))
        if reason and not self.first:
            total = len(self.program.cases)
            self.first = cases.ruling(reason, f"test {number + 1} of {total}: {what}")
            if reason in ("runtime_error", "memory"):
                self.kind = _error(outcome.stderr.decode(errors="replace"))[0] or None
        return reason


def _judged(
    outcome: Outcome, case: Case, program: Program, bounds: Limits
) -> tuple[str | None, str]:
    """Return the reason of failure (None: passed) and what to say about it."""
    reason, what = cases.judge(outcome, case, bounds, program.compare, program.tolerance)
    if reason == "runtime_error" and not outcome.signal:
        kind, text = _error(outcome.stderr.decode(errors="replace"))
        if kind:
            found = of_error(kind, text, False, bounds)
            return found.reason, found.explanation or ""
    return reason, what


def _error(said: str) -> tuple[str, str]:
    """Return the class and the message of the exception that Python's last line tells of."""
    lines = said.strip().splitlines()
    found = _ERROR.fullmatch(lines[-1]) if lines else None
    return (found[1], found[2] or "") if found else ("", "")


def _checks(program: Program, passed: int, found: Ruling, kind: str | None) -> dict[str, Any]:
    return {
        "compiles": None if found.status == "unscored" else found.reason != "compile_error",
        "error_type": kind, "tests_passed": passed, "tests_total": len(program.cases),
    }  # fmt: skip


def _together(slot: Slot, program: Program, bounds: Limits) -> tuple[list[Run], Outcome]:
    """Run cases in one process; what it hands back may end early, or be nothing."""
    some = program.cases if may_share(program.code) else program.cases[:1]
    inputs = [case.stdin.encode(errors="surrogatepass") for case in some]
    given = {"code": program.code, "inputs": inputs, "most_bytes": bounds.output_kib << 10}
    job = Job("", (), bounds, entry=f"{_ENTRY}:several", given=given, whole_output=True)
    report = holding(b"")
    try:
        outcome = slot.wait(slot.start(job, [report]))
        data = os.pread(report, os.fstat(report).st_size, 0)
    except (OSError, EOFError, TimeoutError) as error:
        slot.close()
        return [], Outcome(fault=f"the sandbox ended or hung ({error})")
    finally:
        os.close(report)
    return _runs(data, len(inputs)), outcome


def _runs(data: bytes, most: int) -> list[Run]:
    """Read what the process handed back, as far as it is there."""
    found: list[Run] = []
    at = 0
    while len(data) >= at + HEADER.size and len(found) < most:
        status, compiles, *sizes = HEADER.unpack_from(data, at)
        at += HEADER.size
        if len(data) < at + sum(sizes):
            break
        kind, said, output = _parts(data, at, sizes)
        end = {
            "status": status, "compiles": compiles,
            "error_type": kind.decode(errors="replace"), "said": said.decode(errors="replace"),
        }  # fmt: skip
        found.append(Run(end, output))
        at += sum(sizes)
    return found


def _parts(data: bytes, at: int, sizes: list[int]) -> Iterator[bytes]:
    """Cut pieces of these sizes, one after another."""
    for size in sizes:
        yield data[at : at + size]
        at += size
