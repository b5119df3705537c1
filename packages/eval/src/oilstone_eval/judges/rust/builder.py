"""Batches of programs, built as one crate and run one by one."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import ClassVar

from oilstone_eval.judges.base import Keep, Program, Ruling
from oilstone_eval.judges.rust import crates, together
from oilstone_eval.judges.rust.compiler import Compiler, Report
from oilstone_eval.sandbox.job import Limits
from oilstone_eval.sandbox.slot import Slot


class Builder(ABC):
    """Builds programs of one checker, together and alone, and runs what was built.

    `batch`: how many go together; more cost less each, but a worker may wait for another's.
    `few`: how many are worth a compiler's start for another worker.
    """

    batch: ClassVar[int] = 40
    few: ClassVar[int] = crates.FEW

    def __init__(self, compiler: Compiler, limits: Limits) -> None:
        self.compiler, self.limits = compiler, limits

    @abstractmethod
    def batchable(self, program: Program) -> bool:
        """Tell whether it may share a crate."""

    @abstractmethod
    def crowd(self, slot: Slot, programs: Mapping[int, Program]) -> Report:
        """Build programs as one crate."""

    @abstractmethod
    def single(self, slot: Slot, program: Program) -> Report:
        """Build a program by itself."""

    @abstractmethod
    def run(self, slot: Slot, program: Program, index: int | None) -> Ruling:
        """Run what was built last: `index` says which of a crowd, None that it was alone."""

    def judge(self, slot: Slot, programs: Mapping[int, Program], told: Keep) -> None:
        """Tell the ruling on each program; company changes none of them."""

        def shared(index: int, report: Report) -> None:
            ruling = self.run(slot, programs[index], index)
            told(index, replace(ruling, seconds=ruling.seconds + report.seconds))

        together.sort_out(
            programs,
            partial(self.crowd, slot),
            shared,
            lambda index, _: told(index, self.alone(slot, programs[index])),
        )

    def alone(self, slot: Slot, program: Program) -> Ruling:
        """Build and run one program."""
        report = self.single(slot, program)
        ruling = report.ruling or self.run(slot, program, None)
        return replace(ruling, seconds=ruling.seconds + report.seconds)
