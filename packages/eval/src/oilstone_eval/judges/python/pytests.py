"""pytest files: the program is imported by its tests, so verdicts are labelled `in_process`."""

import ast
import json
import os
import secrets
import threading
from dataclasses import dataclass, field, replace
from typing import Any

from oilstone_eval.judges.base import Program, Ruling
from oilstone_eval.judges.cases import ended, ruling
from oilstone_eval.judges.python.errors import of_error
from oilstone_eval.judges.python.suspicion import suspicious
from oilstone_eval.sandbox.job import Job, Limits, Outcome
from oilstone_eval.sandbox.slot import Slot

_INSIDE = "oilstone_eval.judges.python.inside.testfile"
MISSING = Ruling(
    "unscored", "tool_missing", "pytest is not installed: pip install 'oilstone-eval[pytest]'"
)
Outcomes = dict[str, str]


@dataclass
class Expected:
    """Which tests a file holds, found out once per file without any judged program."""

    known: dict[tuple[str, str, str | None], Outcomes | str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, slot: Slot, program: Program, bounds: Limits) -> Outcomes | str:
        """Return what becomes of each test when all is right; a text says why nobody knows."""
        key = (program.test_code, program.module_name, program.reference)
        found = self.known.get(key)
        if found is None:
            found = _collect(slot, program, bounds)
            with self.lock:
                self.known[key] = found
        return found


def judge(slot: Slot, program: Program, bounds: Limits, expected: Expected) -> Ruling:
    """Judge a program by a pytest file. Every test must be there and pass; skipped is failed."""
    wanted = expected.of(slot, program, bounds)
    if isinstance(wanted, str):
        return ruling("evaluator_fault", f"the problem's tests cannot be run: {wanted}")
    broken = _broken(program.code)
    if broken:
        found = of_error(*broken, True, bounds)
        return replace(found, checks=_checks(found, 0, wanted, broken[0], []))
    nonce = secrets.token_hex(8)
    got, outcome = _run(slot, "run", program, bounds, nonce=nonce)
    found, passed = _found(got, wanted, outcome, bounds, nonce)
    doubts = suspicious(program.code, program.test_code)
    if found.status == "passed" and doubts:
        what = f"its tests run in its own process, and it uses {', '.join(doubts)}"
        found = ruling("forbidden", what)
    kind = (found.explanation or "").partition(": ")[2].partition(":")[0]
    checks = _checks(found, passed, wanted, kind if kind.isidentifier() else None, doubts)
    return replace(found, checks=checks, seconds=outcome.cpu_seconds)


def _broken(code: str) -> tuple[str, str] | None:
    """Return the error with which Python refuses the text. Nothing of it is run."""
    try:
        compile(code, "program.py", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        kind = type(error).__name__ if isinstance(error, SyntaxError) else "SyntaxError"
        return kind, str(error)
    return None


def _checks(
    found: Ruling, passed: int, wanted: Outcomes, kind: str | None, doubts: list[str]
) -> dict[str, Any]:
    return {
        "compiles": None if found.status == "unscored" else found.reason != "compile_error",
        "error_type": kind if found.reason == "compile_error" or not passed else kind or None,
        "tests_passed": passed, "tests_total": len(wanted), "in_process": True,
        "suspicious": doubts,
    }  # fmt: skip


def _found(
    got: Outcomes | None, wanted: Outcomes, outcome: Outcome, bounds: Limits, nonce: str
) -> tuple[Ruling, int]:
    """Return the ruling and how many of the wanted tests passed."""
    reason, what = ended(outcome, bounds)
    if got is None:
        return ruling(reason or "runtime_error", what or "it ended before its tests did"), 0
    canaries = {name: got.pop(name) for name in list(got) if nonce in name}
    passed = sum(got.get(name) == right == "passed" for name, right in wanted.items())
    if reason:
        return ruling(reason, what), passed
    for name, text in got.items():
        if name.startswith("collecting "):
            return ruling("runtime_error", f"{name}: {text}"), 0
    if len(canaries) != 4 or any(
        end in ("passed", "skipped", "xfail") for end in canaries.values()
    ):
        return ruling(
            "forbidden", "a test that must fail did not: the testing was tampered with"
        ), 0
    for name, right in wanted.items():
        if got.get(name) != right:
            return ruling("wrong_output", f"{name}: {got.get(name, 'not run')}"), passed
    extra = sorted(set(got) - set(wanted))
    if extra:
        return ruling("forbidden", f"tests that the problem does not have: {extra[0]}"), passed
    return Ruling("passed", None), passed


def _collect(slot: Slot, program: Program, bounds: Limits) -> Outcomes | str:
    """Collect with a stub in the program's place, which is cheap, or else with the reference."""
    for reference in dict.fromkeys((None, program.reference)):
        given = replace(program, code="", reference=reference)
        found, outcome = _run(slot, "collect", given, bounds)
        right = found and all(end in ("passed", "skipped") for end in found.values())
        if found and right and not outcome.fault:
            return found
    return outcome.fault or outcome.stderr.decode(errors="replace")[-300:] or "no test was found"


def _run(
    slot: Slot, verb: str, program: Program, bounds: Limits, nonce: str = ""
) -> tuple[Outcomes | None, Outcome]:
    given = {
        "code": program.code, "reference": program.reference, "tests": program.test_code,
        "module": program.module_name or "solution", "nonce": nonce,
    }  # fmt: skip
    job = Job("", (), bounds, entry=f"{_INSIDE}:{verb}", given=given, whole_output=True)
    mine, theirs = os.pipe()
    os.set_blocking(mine, False)
    data = bytearray()

    def take() -> None:
        while part := _read(mine):
            data.extend(part)

    try:
        try:
            running = slot.start(job, [theirs])
        finally:
            os.close(theirs)
        outcome = slot.wait(running, {mine: take})
        take()
    except (OSError, EOFError, TimeoutError) as error:
        slot.close()
        return None, Outcome(fault=f"the sandbox ended or hung ({error})")
    finally:
        os.close(mine)
    return _outcomes(bytes(data)), outcome


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1 << 20)
    except BlockingIOError:
        return b""


def _outcomes(data: bytes) -> Outcomes | None:
    """Read what the process handed back; None when that is not what it should be."""
    try:
        found = json.loads(data)
        return {str(name): str(end) for name, end in found.items()}
    except (ValueError, AttributeError, RecursionError):
        return None
