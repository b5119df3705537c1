"""Marks of style in a solution: does it show how it comes to its answer?"""

from __future__ import annotations

import re

from oilstone_data.quality import Signals

_STEP = re.compile(r"(?:\w+ )?(.+)=(\d+)")
_FINAL = re.compile(r"#### (\d+)")
_NUMBER = re.compile(r"\d+")


def signals(solution: str) -> Signals:
    """Count three marks of a worked solution and one of a bare one.

    Worked: it has steps; every result but the last is used further on; the last is the answer.
    Bare: it has none of them. It is documented when it has steps.
    """
    steps = [match.groups() for line in solution.splitlines() if (match := _STEP.fullmatch(line))]
    marks = [
        bool(steps),
        bool(steps) and _carried(steps),
        bool(steps) and _concluded(steps, solution),
    ]
    return {"idiomatic": sum(marks), "low_quality": int(not any(marks)), "documented": bool(steps)}


def _carried(steps: list[tuple[str, ...]]) -> bool:
    used = [_NUMBER.findall(formula) for formula, _ in steps]
    return all(
        any(result in later for later in used[place:])
        for place, (_, result) in enumerate(steps[:-1], start=1)
    )


def _concluded(steps: list[tuple[str, ...]], solution: str) -> bool:
    return _FINAL.findall(solution)[-1:] == [steps[-1][1]]
