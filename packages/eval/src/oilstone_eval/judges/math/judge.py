"""The judge of final answers: exact numbers first, then spelling, math-verify for what is left."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from oilstone_eval.judges.base import Keep, Program, Progress, Ruling, forget
from oilstone_eval.judges.math.answer import final
from oilstone_eval.judges.math.number import equal, number
from oilstone_eval.judges.math.symbols import Symbols
from oilstone_eval.judges.math.text import spelling
from oilstone_eval.judges.math.toolchain import Toolchain

SHOWN = 120
INSTALL = "math-verify is not installed: pip install 'oilstone-eval[math]'"


class MathJudge:
    """Compares the final answer of a solution with the right one; nothing of it is run."""

    sandboxed: ClassVar[bool] = False
    reads_completion: ClassVar[bool] = False

    def __init__(
        self, tools: Toolchain, walls: object, recipe: Mapping[str, Any], workers: int
    ) -> None:
        self.tools = tools
        self.symbols = Symbols()

    def no_code(self, program: Program) -> Ruling:
        """Return the ruling on an empty solution."""
        return Ruling("failed", "no_code", "the completion is empty", {"answered": False})

    def rule(
        self, programs: Sequence[Program], progress: Progress, keep: Keep = forget
    ) -> list[Ruling]:
        """Judge every solution, in order."""
        done = progress("compared", len(programs))
        found = []
        try:
            for index, program in enumerate(programs):
                ruling = self._ruling(program)
                found.append(ruling)
                keep(index, ruling)
                done()
        finally:
            self.symbols.close()
        return found

    def _ruling(self, program: Program) -> Ruling:
        if not program.answer:
            return Ruling("unscored", "not_run", "the problem has no answer to compare with")
        started = time.process_time()
        given = final(program.code)
        if given is None:
            return Ruling("failed", "wrong_output", "no final answer in it", {"answered": False})
        status, reason = self._compare(given, program)
        told = None if status == "passed" else f"{given[:SHOWN]!r}, not {program.answer[:SHOWN]!r}"
        if reason == "tool_missing":
            told = INSTALL
        checks = {"answered": True, "final_answer": given[:SHOWN]}
        return Ruling(status, reason, told, checks, time.process_time() - started)

    def _compare(self, given: str, program: Program) -> tuple[str, str | None]:
        """Return status and reason."""
        ours, right = number(given), number(program.answer)
        if ours and right:
            tolerance = program.tolerance if program.compare == "float" else 0.0
            return _told(equal(ours, right, tolerance))
        if spelling(given) == spelling(program.answer):
            return "passed", None
        if not self.tools.math_verify:
            return "unscored", "tool_missing"
        found = self.symbols.compare(given, program.answer)
        return ("failed", found.trouble) if found.equal is None else _told(found.equal)


def _told(same: bool) -> tuple[str, str | None]:
    return ("passed", None) if same else ("failed", "wrong_output")
