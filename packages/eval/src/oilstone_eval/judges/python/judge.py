"""The Python judge: input and output, asserts in a process of their own, pytest files."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from oilstone_eval.judges.base import Keep, Program, Progress, Ruling, forget
from oilstone_eval.judges.python import limits, pytests, stdio
from oilstone_eval.judges.python.calls import Tester
from oilstone_eval.judges.python.toolchain import INSIDE, Toolchain
from oilstone_eval.sandbox import launch
from oilstone_eval.sandbox.pool import Pool
from oilstone_eval.sandbox.slot import Slot
from oilstone_eval.sandbox.walls import Walls
from oilstone_schemas.command import MissingTool

_PREPARE = "oilstone_eval.judges.python.inside.prepare"
_PREPARE_PYTEST = "oilstone_eval.judges.python.inside.testfile"


class PythonJudge:
    """Judges Python programs, `workers` at a time; `recipe` is eval.yaml's `judge`."""

    sandboxed: ClassVar[bool] = True
    reads_completion: ClassVar[bool] = False

    def __init__(
        self, toolchain: Toolchain, walls: Walls, recipe: Mapping[str, Any], workers: int
    ) -> None:
        if not walls.walled and os.geteuid() == 0 and not launch.open_to_all(sys.executable):
            raise MissingTool(
                f"{sys.base_prefix} is open to root alone, and without a sandbox no program is run"
                " as root. Install bubblewrap, or run this as another user"
            )
        self.toolchain, self.walls, self.workers = toolchain, walls, workers
        self.bounds = limits.of(recipe)

    def no_code(self, program: Program) -> Ruling:
        """Return the ruling on an answer without code."""
        return Ruling("failed", "no_code", "no code in the completion", {"compiles": False})

    def rule(
        self, programs: Sequence[Program], progress: Progress, keep: Keep = forget
    ) -> list[Ruling]:
        """Judge every program, in order. Problems that ask for what is missing are unscored."""
        done = progress("ran", len(programs))
        rulings: dict[int, Ruling] = {}

        def told(index: int, ruling: Ruling) -> None:
            rulings[index] = ruling
            keep(index, ruling)
            done()

        files = [i for i, program in enumerate(programs) if program.checker == "pytest"]
        others = [i for i in range(len(programs)) if programs[i].checker != "pytest"]
        self._all(self._walls(_PREPARE), self._one, programs, others, told)
        if files and not self.toolchain.pytest:
            for index in files:
                told(index, pytests.MISSING)
        else:
            self._all(self._walls(_PREPARE_PYTEST), self._file, programs, files, told)
        return [rulings[index] for index in range(len(programs))]

    def _walls(self, preload: str) -> Walls:
        paths = (INSIDE,) if preload == _PREPARE_PYTEST and self.walls.walled else ()
        return replace(self.walls, preload=(preload,), paths=paths)

    def _all(
        self, walls: Walls, judge: Callable[[Slot, Program, "_Helpers"], Ruling],
        programs: Sequence[Program], indices: Sequence[int], told: Callable[[int, Ruling], None],
    ) -> None:  # fmt: skip
        if not indices:
            return
        helpers = _Helpers()

        def task(slot: Slot, index: int) -> None:
            told(index, judge(slot, programs[index], helpers))

        with Pool(walls, min(self.workers, len(indices))) as pool, contextlib.closing(helpers):
            pool.map([partial(task, index=index) for index in indices], lambda: None)

    def _one(self, slot: Slot, program: Program, helpers: "_Helpers") -> Ruling:
        if program.checker == "stdio":
            return stdio.judge(slot, program, self.bounds)
        if program.checker == "python_asserts":
            return helpers.tester(slot).judge(program, self.bounds)
        what = f"Python answers are not judged by {program.checker}"
        return Ruling("unscored", "not_run", what)

    def _file(self, slot: Slot, program: Program, helpers: "_Helpers") -> Ruling:
        return pytests.judge(slot, program, self.bounds, helpers.expected)


class _Helpers:
    """What the judging of one program leaves for the next: processes that run tests, test names."""

    def __init__(self) -> None:
        self.testers: dict[int, Tester] = {}
        self.expected = pytests.Expected()
        self.lock = threading.Lock()

    def tester(self, slot: Slot) -> Tester:
        """Return the slot's own."""
        with self.lock:
            return self.testers.setdefault(id(slot), Tester(slot))

    def close(self) -> None:
        """End the processes."""
        for tester in self.testers.values():
            tester.close()
