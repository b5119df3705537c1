"""Compile verdicts and lints of many programs, from crates of many."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from oilstone_eval.judges.base import Done
from oilstone_eval.judges.rust import blame, crates, together
from oilstone_eval.judges.rust.compiler import ROOT, Compiler, Report
from oilstone_eval.judges.rust.crates import Unit
from oilstone_eval.sandbox.pool import Pool
from oilstone_eval.sandbox.slot import Slot

# Larger crates cost less per program, until a broken one makes all of them be compiled again.
CROWD = 120
# A bracket that is never closed ends the call, whatever the others say.
BROKEN = 30


def lint(compiler: Compiler, pool: Pool, units: Sequence[Unit], done: Done) -> dict[Unit, Report]:
    """Return the report of every unit, the same as `single` gives."""
    found: dict[int, Report] = {}

    def tell(index: int, report: Report) -> None:
        found[index] = report
        done()

    work = _Work(compiler, units, tell)
    pool.map(work.tasks(len(pool.slots)), lambda: None)
    return {unit: found[index] for index, unit in enumerate(units)}


def single(compiler: Compiler, slot: Slot, unit: Unit, suspect: bool = False) -> Report:
    """Type-check and lint one program as a crate of its own; a `suspect` is checked first.

    What does not compile is told in rustc's words, which clippy's differ from, and has no lints:
    they would depend on where the compiler gave up.
    """
    files = {ROOT: unit.code}
    report = compiler.check(slot, files, unit.kind) if suspect else Report()
    if not report.ruling:
        report = compiler.lint(slot, files, unit.kind)
        if not report.ruling or report.trouble:
            return report
        checked = compiler.check(slot, files, unit.kind)
        report = checked if checked.ruling else report
    return replace(report, messages=tuple(report.of("error")))


class _Work:
    """Programs, and the calls that tell the report of each."""

    def __init__(
        self, compiler: Compiler, units: Sequence[Unit], tell: Callable[[int, Report], None]
    ) -> None:
        self.compiler, self.units, self.tell = compiler, units, tell

    def tasks(self, workers: int) -> list[Callable[[Slot], None]]:
        """Return what is to be done, the largest first: no worker waits long for another's last."""
        fit = [crates.batchable(unit) for unit in self.units]
        broken = [index for index, unit in enumerate(self.units) if crates.garbled(unit)]
        found = [(group, self._broken) for group in crates.groups(broken, BROKEN, workers)]
        for kind in ("bin", "lib"):
            members = [i for i, unit in enumerate(self.units) if fit[i] and unit.kind == kind]
            found += [(group, self._crowd) for group in crates.groups(members, CROWD, workers)]
        rest = set(range(len(fit))) - {index for group, _ in found for index in group}
        found += [([index], self._crowd) for index in sorted(rest)]
        found.sort(key=lambda each: -len(each[0]))
        return [partial(work, group) for group, work in found]

    def _crowd(self, group: Sequence[int], slot: Slot) -> None:
        """Lint programs of one kind together."""
        together.sort_out(
            {index: self.units[index] for index in group},
            lambda some: self.compiler.lint(slot, crates.compose(some), self.units[group[0]].kind),
            lambda index, report: self.tell(index, crates.own(self.units[index], report)),
            partial(self._single, slot),
            partial(self._convict, False),
        )

    def _broken(self, group: Sequence[int], slot: Slot) -> None:
        """Check programs together whose first error will be all that counts."""
        together.sort_out(
            {index: replace(self.units[index], kind="lib") for index in group},
            lambda some: self.compiler.check(slot, crates.compose(some), "lib"),
            lambda index, _: self._single(slot, index, True),
            lambda index, _: self._single(slot, index, True),
            partial(self._convict, True),
        )

    def _single(self, slot: Slot, index: int, suspect: bool) -> None:
        self.tell(index, single(self.compiler, slot, self.units[index], suspect))

    def _convict(self, syntax: bool, index: int, report: Report) -> bool:
        errors = blame.alone(self.units[index], report.messages, syntax)
        if errors:
            self.tell(index, replace(report, messages=errors))
        return bool(errors)
