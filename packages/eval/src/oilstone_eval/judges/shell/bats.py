"""bats test files: every test in a shell of its own, proven to have come to its end.

The script reaches its shell through standard input, whole, before any of it runs, and its last line
prints a secret: an `exit 0` or a trap of the candidate never gets there. Tests that must fail are
run too; a candidate with which they pass has tampered with the assertions.
"""

import re
import secrets
import shlex
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from oilstone_eval.judges.base import Program, Ruling
from oilstone_eval.judges.cases import ended
from oilstone_eval.judges.shell.lint import ENV
from oilstone_eval.judges.shell.toolchain import BASH
from oilstone_eval.sandbox.job import Job, Limits, Outcome
from oilstone_eval.sandbox.slot import Slot

_TEST = re.compile(r"^[ \t]*@test[ \t]+(.+?)[ \t]*\{[ \t]*(#.*)?$", re.MULTILINE)
# How a test that skips itself ends; where the candidate runs apart, nobody else can.
_SKIPPED = 75
# What `run` says of a command that was killed, as one is whose CPU time is over.
_KILLED = f"exit status {128 + signal.SIGKILL}"
_SOURCING = re.compile(r"(?m)^\s*((?:source|\.)\s+[^;|&\n]+)$")
_ALL_SKIPPED = Ruling("unscored", "not_run", "every test skips itself")
_START = 'IFS= read -r -d "" s; exec </dev/null; eval "unset s; $s"'
# Bodies that no honest candidate passes.
_CANARIES = (
    "run false; assert_success", "assert_equal 1 2", "run echo a; assert_output b", "[ 1 = 2 ]",
    "[[ 1 = 2 ]]", "run true; assert_failure", "false",
)  # fmt: skip


@dataclass(frozen=True)
class Suite:
    """A test file: its text with functions in the place of tests, and the tests' names."""

    text: str
    names: tuple[str, ...]


@lru_cache(maxsize=1024)
def suite(code: str) -> Suite:
    """Read a bats file."""
    names: list[str] = []

    def function(found: "re.Match[str]") -> str:
        names.append(_title(found[1]))
        return f"__test_{len(names) - 1}() {{"

    return Suite(_TEST.sub(function, code), tuple(names))


def _title(quoted: str) -> str:
    try:
        return " ".join(shlex.split(quoted))
    except ValueError:
        return quoted


def script_name(program: Program) -> str:
    """Return the file that the tests run: the module's, or the first .sh that they speak of."""
    if program.module_name:
        return f"{program.module_name}.sh"
    spoken = re.search(r"([\w.-]+\.(?:sh|bash))\b", program.test_code)
    return spoken[1] if spoken else "script.sh"


def rule(slot: Slot, program: Program, limits: Limits) -> Ruling:
    """Run every test, then the canaries. After a time-out the others are not run."""
    tests = suite(program.test_code)
    if not tests.names:
        return Ruling("unscored", "not_run", "no @test in the problem's test_code")
    given = {**dict(program.fixture), script_name(program): program.code}
    passed, skipped, seconds, first = 0, 0, 0.0, None
    inside = _sources(program)
    for number, name in enumerate(tests.names):
        outcome, proven = _run(slot, tests.text, f"__test_{number}", given, limits)
        seconds += outcome.cpu_seconds
        passed += proven
        skipped += not inside and outcome.status == _SKIPPED
        if not proven and (inside or outcome.status != _SKIPPED):
            reason, what = _why(outcome, limits)
            first = first or _ruling(reason, f"test {name!r}: {what}")
            if reason in ("timeout", "evaluator_fault"):
                break
    tampered = inside and not first and _tampered(slot, tests.text, given, limits)
    if tampered:
        first = Ruling("failed", "forbidden", f"with it, a test that must fail passes: {tampered}")
    ruling = first or (Ruling("passed", None) if passed else _ALL_SKIPPED)
    checks = {"tests_passed": 0 if tampered else passed, "tests_total": len(tests.names) - skipped}
    return Ruling(ruling.status, ruling.reason, ruling.explanation, checks, seconds)


def _ruling(reason: str, what: str) -> Ruling:
    return Ruling("unscored" if reason == "evaluator_fault" else "failed", reason, what)


def _sources(program: Program) -> bool:
    """Tell whether the candidate runs in the tests' own shell."""
    stem = re.escape(script_name(program).rpartition(".")[0])
    return bool(re.search(rf"(?m)(^|[\s;])((source|\.)\s|load\s[^\n]*{stem})", program.test_code))


def _tampered(slot: Slot, text: str, given: Mapping[str, str], limits: Limits) -> str:
    sourced = "\n".join(dict.fromkeys(_SOURCING.findall(text)))
    for body in _CANARIES:
        canary = f"{text}\n__test_canary() {{ {sourced}\n{body}\n}}\n"
        if _run(slot, canary, "__test_canary", given, limits)[1]:
            return body
    return ""


def _run(
    slot: Slot, text: str, function: str, given: Mapping[str, str], limits: Limits
) -> tuple[Outcome, bool]:
    """Run one test; tell whether it came to its end."""
    secret = secrets.token_hex(16)
    script = "\n".join(_script(text, function, secret))
    argv = ("bash", "--norc", "-c", _START)
    job = Job(BASH, argv, limits, given, stdin=script, env={**ENV, "HOME": "/tmp", "TERM": "dumb"})
    outcome = slot.run(job)
    return outcome, secret.encode() in outcome.stdout.split(b"\n")


def _script(text: str, function: str, secret: str) -> Sequence[str]:
    prelude = files("oilstone_eval.judges.shell").joinpath("bats.sh").read_text()
    optional = "if declare -F {0} >/dev/null; then {0}; fi"
    return (
        prelude, text, "__seal", *(optional.format(name) for name in ("setup_file", "setup")),
        function,
        # No command of the tests may have been followed by one of somebody else's.
        '[[ -z $(builtin trap -p DEBUG RETURN) && $- != *T* ]] || builtin exit 1',
        optional.format("teardown"), "builtin trap - DEBUG EXIT ERR RETURN",
        # Failures must still have been fatal at the end.
        "if [[ $- != *e* ]]; then builtin exit 1; fi",
        f"builtin printf '\\n%s\\n' {secret}", "builtin exit 0",
    )  # fmt: skip


def _why(outcome: Outcome, limits: Limits) -> tuple[str, str]:
    """Return why a test failed, as in verdict.v1, and what to say about it."""
    reason, what = ended(outcome, limits)
    if reason and reason != "runtime_error":
        return reason, what
    said = outcome.stderr.decode(errors="replace").strip().splitlines()
    if said and _KILLED in said[-1] and outcome.cpu_seconds >= limits.cpu_seconds / 2:
        return "timeout", f"used up its {limits.cpu_seconds} CPU seconds"
    return "wrong_output", said[-1][:200] if said else "a command failed, or the shell was ended"
