"""The Rust judge: lint each program, build those that compile in batches, run their cases."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from oilstone_eval.judges import cases
from oilstone_eval.judges.base import (
    Case,
    Checks,
    Done,
    Keep,
    Program,
    Progress,
    Ruling,
    forget,
)
from oilstone_eval.judges.rust import crates
from oilstone_eval.judges.rust.compiler import OUTPUT, ROOT, Compiler, Report
from oilstone_eval.judges.rust.style import style
from oilstone_eval.judges.rust.toolchain import Toolchain
from oilstone_eval.sandbox.job import Limits
from oilstone_eval.sandbox.pool import Pool
from oilstone_eval.sandbox.slot import Slot
from oilstone_eval.sandbox.walls import Walls
from oilstone_schemas.command import MissingTool

# Larger batches cost less per program, but a worker may then wait for the other's.
BATCH = 40
HELLO = Program('fn main() {\n    println!("hello");\n}\n', (Case("", "hello\n"),))


class RustJudge:
    """Judges Rust programs, `workers` at a time; `recipe` is eval.yaml's `judge`."""

    sandboxed: ClassVar[bool] = True
    reads_completion: ClassVar[bool] = False

    def __init__(
        self, toolchain: Toolchain, walls: Walls, recipe: Mapping[str, Any], workers: int
    ) -> None:
        self.toolchain, self.walls, self.workers = toolchain, walls, workers
        self.limits = Limits(
            recipe["cpu_seconds"], recipe["wall_seconds"], recipe["memory_mib"],
            recipe["output_kib"],
        )  # fmt: skip
        building = Limits(
            recipe["compile_cpu_seconds"], 10 * recipe["compile_cpu_seconds"],
            recipe["compile_memory_mib"], 4096, file_mib=256, processes=256,
        )  # fmt: skip
        self.compiler = Compiler(toolchain, recipe["edition"], building)

    def no_code(self) -> Ruling:
        """Return the ruling on an answer without code."""
        checks = {**_style("", False), "clippy_warnings": None, "lints": [], "rustc_warnings": 0}
        return Ruling("failed", "no_code", "no code in the completion", checks)

    def rule(
        self, programs: Sequence[Program], progress: Progress, keep: Keep = forget
    ) -> list[Ruling]:
        """Judge every program, in order. Raises MissingTool when the toolchain builds nothing."""
        with Pool(self.walls, self.workers) as pool:
            pool.map([self._try_tools], lambda: None)
            codes = list(dict.fromkeys(program.code for program in programs))
            lint = [partial(self.compiler.lint, code=code) for code in codes]
            linted = pool.map(lint, progress("linted", len(codes)))
            reports = dict(zip(codes, linted, strict=True))
            return self._run_all(pool, programs, reports, progress("ran", len(programs)))

    def _try_tools(self, slot: Slot) -> None:
        """Lint, build and run a program that is right: what fails now is not a sample's fault."""
        linted = self.compiler.lint(slot, HELLO.code)
        ruling = linted.ruling or self._single(slot, HELLO)
        if ruling.status != "passed":
            raise MissingTool(
                f"{self.toolchain.rustc} cannot lint, build and run an empty program here:"
                f" {ruling.explanation}"
            )

    def _run_all(
        self,
        pool: Pool,
        programs: Sequence[Program],
        reports: Mapping[str, Report],
        done: Done,
    ) -> list[Ruling]:
        rulings: dict[int, Ruling] = {}
        compiled = []
        for index, program in enumerate(programs):
            refused = _refused(reports[program.code])
            if refused:
                rulings[index] = refused
                done()
            else:
                compiled.append(index)
        groups = self._groups(programs, compiled)
        tasks = [
            partial(self._batch, programs=[programs[i] for i in group], done=done)
            for group in groups
        ]
        for group, found in zip(groups, pool.map(tasks, lambda: None), strict=True):
            rulings.update(zip(group, found, strict=True))
        return [
            _with_checks(rulings[index], program, reports[program.code])
            for index, program in enumerate(programs)
        ]

    def _groups(self, programs: Sequence[Program], indices: Sequence[int]) -> list[list[int]]:
        together = [i for i in indices if crates.batchable(programs[i].code)]
        alone = [[i] for i in indices if not crates.batchable(programs[i].code)]
        # Even groups: the last worker should not wait for a whole batch of its own.
        count = max(1, -(-len(together) // BATCH))
        batches = [together[start::count] for start in range(count)]
        return [batch for batch in batches if batch] + alone

    def _batch(self, slot: Slot, programs: Sequence[Program], done: Done) -> list[Ruling]:
        """Build `programs` as one crate and run each; on trouble the suspects go alone."""
        if len(programs) == 1:
            ruling = self._single(slot, programs[0])
            done()
            return [ruling]
        report = self.compiler.build(slot, crates.compose([each.code for each in programs]))
        if not report.ruling:
            share = report.seconds / len(programs)
            return [
                self._cases(slot, program, crates.name(index), share, done)
                for index, program in enumerate(programs)
            ]
        alone = crates.named(report.files) or set(range(len(programs)))
        rest = [program for index, program in enumerate(programs) if index not in alone]
        together = iter(self._batch(slot, rest, done) if rest else [])
        return [
            self._batch(slot, [program], done)[0] if index in alone else next(together)
            for index, program in enumerate(programs)
        ]

    def _single(self, slot: Slot, program: Program) -> Ruling:
        report = self.compiler.build(slot, {ROOT: program.code})
        if report.ruling:
            return replace(report.ruling, seconds=report.seconds)
        return self._cases(slot, program, "sample", report.seconds, lambda: None)

    def _cases(self, slot: Slot, program: Program, name: str, share: float, done: Done) -> Ruling:
        """Run the cases; `share` is the program's part of the build, in CPU seconds."""
        tally = cases.run(slot, OUTPUT, name, program.cases, self.limits)
        done()
        ruling = tally.first or Ruling("passed", None)
        if not program.cases:
            ruling = Ruling("unscored", "not_run", "the problem has no tests")
        checks = {"tests_passed": tally.passed}
        return replace(ruling, checks=checks, seconds=share + tally.seconds)


def _refused(report: Report) -> Ruling | None:
    """Return the ruling that ends the matter before the build. A crash of clippy does not."""
    crashed = report.trouble and report.trouble.status == "unscored"
    return None if crashed else report.ruling


def _with_checks(ruling: Ruling, program: Program, report: Report) -> Ruling:
    ran = "tests_passed" in ruling.checks
    unknown = ruling.status == "unscored" and not ran
    checks = {
        **_style(program.code, None if unknown else ran),
        "clippy_warnings": None if report.trouble else len(report.lints),
        "lints": list(report.lints),
        "rustc_warnings": len(report.warnings),
        "tests_passed": 0,
        "tests_total": len(program.cases),
        **ruling.checks,
    }
    if not ran:
        checks["clippy_warnings"] = None
    return replace(ruling, checks=checks, seconds=report.seconds + ruling.seconds)


def _style(code: str, compiles: bool | None) -> Checks:
    """Return the style checks as they count: a program that does not compile has no style."""
    if not compiles:
        unknown = compiles is None
        return {
            "compiles": compiles,
            "idiomatic": None if unknown else 0.0,
            "documented": None if unknown else False,
        }
    found = style(code)
    return {"compiles": True, "idiomatic": found.idiomatic, "documented": found.documented}
