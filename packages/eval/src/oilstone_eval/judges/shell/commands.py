"""Whether a command does what the reference does: same output, status and files."""

from oilstone_eval.judges.base import Program, Ruling
from oilstone_eval.judges.outputs import difference
from oilstone_eval.judges.shell import match
from oilstone_eval.judges.shell.effects import ABSENT, Effect, effect
from oilstone_eval.sandbox.job import Limits
from oilstone_eval.sandbox.slot import Slot


def rule(slot: Slot, program: Program, limits: Limits) -> Ruling:
    """Run candidate and reference in equal folders and compare, outside of both.

    A reference that does not do the same twice, or lacks its program here, decides nothing.
    """
    if program.reference is None:
        return Ruling("unscored", "not_run", "the problem has no reference to compare with")
    if match.exact(program.code, program.reference):
        return Ruling("passed", None, None, {"equivalent": True})
    files = dict(program.fixture)
    wanted = effect(slot, program.reference, files, limits)
    if wanted.trouble or wanted.status == ABSENT:
        what = wanted.trouble[1] if wanted.trouble else "a program that it needs is not here"
        return Ruling("unscored", "not_run", f"the reference does not run: {what}")
    found = effect(slot, program.code, files, limits)
    spent = wanted.seconds + found.seconds
    ruling = _compare(found, wanted, program)
    if ruling.status == "failed":
        again = effect(slot, program.reference, files, limits)
        spent += again.seconds
        if _differs(again, wanted, program):
            unsteady = "the reference does something else each time"
            ruling = Ruling("unscored", "not_run", unsteady, {"equivalent": None})
    return Ruling(ruling.status, ruling.reason, ruling.explanation, ruling.checks, spent)


def _compare(found: Effect, wanted: Effect, program: Program) -> Ruling:
    if found.trouble:
        reason, what = found.trouble
        if reason == "evaluator_fault":
            return Ruling("unscored", reason, what, {"equivalent": None})
        return Ruling("failed", reason, what, {"equivalent": False})
    gap = _differs(found, wanted, program)
    if gap:
        return Ruling("failed", "wrong_output", gap, {"equivalent": False})
    return Ruling("passed", None, None, {"equivalent": True})


def _differs(found: Effect, wanted: Effect, program: Program) -> str | None:
    """Return the first difference."""
    printed = difference(found.printed, wanted.printed, program.compare, program.tolerance)
    if printed:
        return printed
    if found.status != wanted.status:
        return f"ends with exit status {found.status}, not {wanted.status}"
    if found.left != wanted.left:
        odd = sorted(set(found.left) ^ set(wanted.left))
        return f"leaves other files: {odd[0]}"
    return None
