"""Programs with a main that read their input and print: one process per case."""

from collections.abc import Mapping

from oilstone_eval.judges import cases
from oilstone_eval.judges.base import Program, Ruling
from oilstone_eval.judges.rust import crates, sources
from oilstone_eval.judges.rust.builder import Builder
from oilstone_eval.judges.rust.compiler import OUTPUT, ROOT, Report
from oilstone_eval.sandbox.slot import Slot


class CaseBuilder(Builder):
    """Builds programs and runs them on their cases; the verdict is reached outside."""

    def batchable(self, program: Program) -> bool:
        """Tell whether it may share a crate."""
        return crates.batchable(sources.unit(program))

    def crowd(self, slot: Slot, programs: Mapping[int, Program]) -> Report:
        """Build programs as one crate, whose main runs the one that argv[0] names."""
        units = {index: sources.unit(program) for index, program in programs.items()}
        return self.compiler.build(slot, crates.compose(units))

    def single(self, slot: Slot, program: Program) -> Report:
        """Build a program as it stands."""
        return self.compiler.build(slot, {ROOT: sources.source(program)})

    def run(self, slot: Slot, program: Program, index: int | None) -> Ruling:
        """Run the cases."""
        name = "sample" if index is None else crates.name(index)
        tally = cases.run(
            slot, OUTPUT, name, program.cases, self.limits, program.compare, program.tolerance
        )
        ruling = tally.first or Ruling("passed", None)
        if not program.cases:
            ruling = Ruling("unscored", "not_run", "the problem has no tests")
        checks = {"tests_passed": tally.passed}
        return Ruling(ruling.status, ruling.reason, ruling.explanation, checks, tally.seconds)
