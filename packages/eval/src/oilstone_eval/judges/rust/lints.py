"""Compile verdicts and lints of many programs, from crates of many."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from oilstone_eval.judges.base import Done
from oilstone_eval.judges.rust import crates, together
from oilstone_eval.judges.rust.compiler import ROOT, Compiler, Report
from oilstone_eval.judges.rust.crates import Unit
from oilstone_eval.sandbox.pool import Pool
from oilstone_eval.sandbox.slot import Slot

# Larger crates cost less per program, until a broken one makes all of them be compiled again.
CROWD = 120


def lint(compiler: Compiler, pool: Pool, units: Sequence[Unit], done: Done) -> dict[Unit, Report]:
    """Return the report of every unit, the same as `single` gives."""
    found: dict[int, Report] = {}

    def tell(index: int, report: Report) -> None:
        found[index] = report
        done()

    work = partial(_crowd, compiler, dict(enumerate(units)), tell)
    pool.map([partial(work, group=group) for group in _groups(units, pool)], lambda: None)
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


def _groups(units: Sequence[Unit], pool: Pool) -> list[list[int]]:
    fit = [crates.batchable(unit) for unit in units]
    alone = [[index] for index, fits in enumerate(fit) if not fits]
    for kind in ("bin", "lib"):
        members = [i for i, unit in enumerate(units) if fit[i] and unit.kind == kind]
        alone += crates.groups(members, CROWD, len(pool.slots))
    # The largest first: no worker waits long for another's last.
    return sorted(alone, key=len, reverse=True)


def _crowd(
    compiler: Compiler,
    units: Mapping[int, Unit],
    tell: Callable[[int, Report], None],
    slot: Slot,
    group: Sequence[int],
) -> None:
    together.sort_out(
        {index: units[index] for index in group},
        lambda some: compiler.lint(slot, crates.compose(some), units[group[0]].kind),
        lambda index, report: tell(index, crates.own(units[index], report)),
        lambda index, suspect: tell(index, single(compiler, slot, units[index], suspect)),
    )
