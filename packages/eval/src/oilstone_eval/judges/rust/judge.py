"""The Rust judge: lint programs in crowds, build those that compile in batches, run their tests."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from oilstone_eval.judges.base import Case, Done, Keep, Program, Progress, Ruling, forget
from oilstone_eval.judges.rust import checks, crates, lints, sources, trust, vendor
from oilstone_eval.judges.rust.builder import Builder
from oilstone_eval.judges.rust.compiler import Compiler, Report
from oilstone_eval.judges.rust.crates import Unit
from oilstone_eval.judges.rust.runs import CaseBuilder
from oilstone_eval.judges.rust.testing import SuiteBuilder
from oilstone_eval.judges.rust.toolchain import Toolchain
from oilstone_eval.sandbox.job import Limits
from oilstone_eval.sandbox.pool import Pool
from oilstone_eval.sandbox.slot import Slot
from oilstone_eval.sandbox.walls import Walls
from oilstone_schemas.command import MissingTool

HELLO = Program('fn main() {\n    println!("hello");\n}\n', (Case("", "hello\n"),))


class RustJudge:
    """Judges Rust programs, `workers` at a time; `recipe` is eval.yaml's `judge`."""

    sandboxed: ClassVar[bool] = True
    reads_completion: ClassVar[bool] = False

    def __init__(
        self, toolchain: Toolchain, walls: Walls, recipe: Mapping[str, Any], workers: int
    ) -> None:
        self.toolchain, self.workers = toolchain, workers
        self.walls, externs = _with_crates(toolchain, walls, recipe.get("vendor"))
        limits = Limits(
            recipe["cpu_seconds"], recipe["wall_seconds"], recipe["memory_mib"],
            recipe["output_kib"],
        )  # fmt: skip
        building = Limits(
            recipe["compile_cpu_seconds"], 10 * recipe["compile_cpu_seconds"],
            recipe["compile_memory_mib"], 4096, file_mib=256, processes=256,
        )  # fmt: skip
        self.compiler = Compiler(toolchain, recipe["edition"], building, externs)
        self.builders: dict[str, Builder] = {
            "stdio": CaseBuilder(self.compiler, limits),
            "rust_tests": SuiteBuilder(self.compiler, limits),
        }

    def no_code(self, program: Program) -> Ruling:
        """Return the ruling on an answer without code."""
        return Ruling("failed", "no_code", "no code in the completion", checks.NO_CODE)

    def rule(
        self, programs: Sequence[Program], progress: Progress, keep: Keep = forget
    ) -> list[Ruling]:
        """Judge every program, in order. Raises MissingTool when the toolchain builds nothing."""
        with Pool(self.walls, self.workers) as pool:
            pool.map([self._try_tools], lambda: None)
            units = list(dict.fromkeys(map(sources.unit, programs)))
            reports = lints.lint(self.compiler, pool, units, progress("linted", len(units)))
            found = [reports[sources.unit(program)] for program in programs]
            return self._run_all(pool, programs, found, progress("ran", len(programs)), keep)

    def _try_tools(self, slot: Slot) -> None:
        """Lint, build and run a program that is right: what fails now is not a sample's fault."""
        ruling = lints.single(self.compiler, slot, Unit(HELLO.code)).ruling
        ruling = ruling or self.builders["stdio"].alone(slot, HELLO)
        if ruling.status != "passed":
            raise MissingTool(
                f"{self.toolchain.rustc} cannot lint, build and run an empty program here:"
                f" {ruling.explanation}"
            )

    def _run_all(
        self, pool: Pool, programs: Sequence[Program], reports: Sequence[Report], done: Done,
        keep: Keep,
    ) -> list[Ruling]:  # fmt: skip
        rulings: dict[int, Ruling] = {}

        def told(index: int, ruling: Ruling) -> None:
            rulings[index] = checks.complete(ruling, programs[index], reports[index])
            keep(index, rulings[index])
            done()

        waiting = []
        for index, (program, report) in enumerate(zip(programs, reports, strict=True)):
            refused = _refused(report) or self._unjudgeable(program, report)
            if refused:
                told(index, refused)
            else:
                waiting.append(index)
        pool.map(self._tasks(programs, waiting, told), lambda: None)
        return [rulings[index] for index in range(len(programs))]

    def _unjudgeable(self, program: Program, report: Report) -> Ruling | None:
        if program.checker not in self.builders:
            what = f"there is no checker {program.checker!r} for Rust"
            return Ruling("unscored", "not_run", what)
        shares = program.checker == "rust_tests"
        truth = f"{program.prelude}\n{program.reference or ''}"
        refused = trust.refusal(sources.source(program), report, truth) if shares else None
        return Ruling("failed", "forbidden", refused) if refused else None

    def _tasks(self, programs: Sequence[Program], waiting: Sequence[int], told: Keep) -> list[Any]:
        """Return one task per batch, for the pool; large ones first."""
        tasks: list[tuple[int, Any]] = []
        for checker, builder in self.builders.items():
            members = [index for index in waiting if programs[index].checker == checker]
            fit = [index for index in members if builder.batchable(programs[index])]
            groups = crates.groups(fit, builder.batch, self.workers, builder.few)
            for group in groups + [[index] for index in sorted(set(members) - set(fit))]:
                batch = {index: programs[index] for index in group}
                tasks.append((len(group), partial(builder.judge, programs=batch, told=told)))
        return [task for _, task in sorted(tasks, key=lambda item: -item[0])]


def _with_crates(
    toolchain: Toolchain, walls: Walls, folder: str | None
) -> tuple[Walls, tuple[str, ...]]:
    """Return walls that show the libraries of a vendor folder, and the options that use them."""
    if not folder:
        return walls, ()
    found = vendor.build(Path(folder), toolchain)
    shown = {**walls.shown, str(found.deps): vendor.INSIDE}
    return replace(walls, shown=shown), found.options(walls.walled)


def _refused(report: Report) -> Ruling | None:
    """Return the ruling that ends the matter before the build. A crash of clippy does not."""
    crashed = report.trouble and report.trouble.status == "unscored"
    ruling = None if crashed else report.ruling
    return replace(ruling, seconds=report.seconds) if ruling else None
