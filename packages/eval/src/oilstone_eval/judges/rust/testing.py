"""Problems whose tests are #[test] functions: built around a harness that proves what passed."""

import secrets
from collections.abc import Mapping
from functools import lru_cache
from typing import ClassVar

from oilstone_eval.judges.base import Program, Ruling
from oilstone_eval.judges.rust import crates, harness, signature, sources, tested
from oilstone_eval.judges.rust.builder import Builder
from oilstone_eval.judges.rust.compiler import OUTPUT, ROOT, Report
from oilstone_eval.judges.rust.ends import ending
from oilstone_eval.judges.rust.tested import Tests
from oilstone_eval.sandbox.job import Job, Outcome
from oilstone_eval.sandbox.slot import Slot

INSIDE = "__oilstone_tests"


class SuiteBuilder(Builder):
    """Builds candidates with their tests, and runs these in one process until one fails.

    Tests that reach their candidate by `super` become a module of it, tests that import it by name
    stand beside it. Alone, the candidate is a crate of its own, whatever it says of its crate.
    """

    batch: ClassVar[int] = 160
    # The types and functions of std that their tests use are compiled for every crate anew.
    few: ClassVar[int] = 120

    def batchable(self, program: Program) -> bool:
        """Tell whether it may share a crate."""
        tests = prepared(program)
        return not (tests.crate and tests.nested) and crates.batchable(sources.unit(program, True))

    def crowd(self, slot: Slot, programs: Mapping[int, Program]) -> Report:
        """Build programs as one crate, whose main tests the one that argv[0] names."""
        files, modules, arms = {}, "", {}
        for index, program in programs.items():
            name, tests = crates.name(index), prepared(program)
            modules += f"pub mod {name};\n"
            files[f"{name}.rs"] = sources.source(program)
            if tests.crate:
                modules += f"pub mod t{index};\n"
                imported = f"#[allow(unused_imports)] use crate::{name} as {tests.crate}; "
                files[f"t{index}.rs"] = imported + tests.code
            else:
                files[f"{name}.rs"] += _child(f"t{index}.rs")
                files[f"t{index}.rs"] = _pinned(program)
            module = f"t{index}" if tests.crate else f"{name}::{INSIDE}"
            arms[name] = (module, tests.tests)
        main = harness.main(arms, self.compiler.edition)
        return self.compiler.build(slot, {ROOT: modules + main, **files})

    def single(self, slot: Slot, program: Program) -> Report:
        """Build a candidate as a crate, and the harness as another that uses it."""
        tests, name = prepared(program), prepared(program).crate or "candidate"
        module = "tests" if tests.crate else f"{name}::{INSIDE}"
        main = harness.main({"sample": (module, tests.tests)}, self.compiler.edition)
        candidate, code = sources.source(program), tests.code if tests.crate else _pinned(program)
        if not tests.crate:
            candidate += _child("tests.rs")
        modules = "pub mod tests;\n" if tests.crate else ""
        files = {"candidate.rs": candidate, "tests.rs": code, ROOT: modules + main}
        return self.compiler.build_with_library(slot, files, "candidate.rs", name)

    def run(self, slot: Slot, program: Program, index: int | None) -> Ruling:
        """Run every test. After a time-out the others are not run."""
        tests = prepared(program).tests
        name = "sample" if index is None else crates.name(index)
        tokens = [secrets.token_hex(16) for _ in tests]
        start, passed, seconds, first = 0, 0, 0.0, None
        while start < len(tests):
            outcome = slot.run(self._job(name, start, tokens))
            seconds += outcome.cpu_seconds
            reached = _reached(outcome, tokens, start)
            passed += reached - start
            if reached == len(tests):
                break
            reason, what = ending(outcome, self.limits)
            if reason == "timeout" and reached > start:
                # The limit is one test's: this one gets its own.
                start = reached
                continue
            first = first or _failure(reason, f"test {tests[reached].path}: {what}")
            start = len(tests) if reason in ("timeout", "evaluator_fault") else reached + 1
        checks = {"tests_passed": passed, "tests_total": len(tests)}
        ruling = first or Ruling("passed", None)
        if not tests:
            ruling = Ruling("unscored", "not_run", "no #[test] function in the problem's test_code")
        return Ruling(ruling.status, ruling.reason, ruling.explanation, checks, seconds)

    def _job(self, name: str, start: int, tokens: list[str]) -> Job:
        given = "\n".join([str(start), *tokens])
        return Job(program=OUTPUT, argv=(name,), limits=self.limits, stdin=given)


def _failure(reason: str, what: str) -> Ruling:
    return Ruling("unscored" if reason == "evaluator_fault" else "failed", reason, what)


def _reached(outcome: Outcome, tokens: list[str], start: int) -> int:
    """Return the first test from `start` on that is not proven to have passed."""
    lines = set(outcome.stdout.split(b"\n"))
    while start < len(tokens) and tokens[start].encode() in lines:
        start += 1
    return start


def _child(file: str) -> str:
    return f'\n#[path = "{file}"] pub mod {INSIDE};\n'


def _pinned(program: Program) -> str:
    """Return the tests, and a check that the candidate's types are what their names say."""
    pins = signature.pins(sources.source(program), prepared(program).code)
    return f"{prepared(program).code}\n{pins}"


def prepared(program: Program) -> Tests:
    """Return the program's tests, rewritten."""
    return _prepare(program.test_code, program.module_name, program.reference or "")


@lru_cache(maxsize=1024)
def _prepare(code: str, module: str, reference: str) -> Tests:
    return tested.prepare(code, module, signature.type_names(reference))
