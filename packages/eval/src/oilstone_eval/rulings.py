"""Rulings on samples of one language: equal programs once, known ones not at all."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from oilstone_eval import programs
from oilstone_eval.bench import Bench
from oilstone_eval.cache import Cache
from oilstone_eval.inputs import Row
from oilstone_eval.judges.base import Judge, Program, Ruling
from oilstone_eval.progress import Progress
from oilstone_schemas.command import say

# As many are given to a judge at once: what waits to be judged is bounded, and so is memory.
PORTION = 4000


def rulings(
    language: str, rows: Sequence[Row], problems: Mapping[str, Row], recipe: Mapping[str, Any],
    bench: Bench, kept: Path,
) -> list[Ruling]:  # fmt: skip
    """Return a ruling per sample; what is judged is kept below `kept` as soon as it is known."""
    judge = bench.judge(language, recipe)
    asked = [
        programs.program(row, problems[row["problem_id"]], judge.reads_completion) for row in rows
    ]
    different = dict.fromkeys(asked)
    unique = [program for program in different if not programs.empty(program)]
    cache = Cache(kept, language, {"recipe": dict(recipe), **bench.depends})
    known = {each: judge.no_code(each) for each in different if programs.empty(each)}
    known |= cache.find(unique)
    new = [program for program in unique if program not in known]
    say(
        f"{language}: {len(rows)} samples, {len(unique)} different programs, {len(new)} not judged"
        f" before, tier {bench.tier(language)}"
    )
    for start in range(0, len(new), PORTION):
        portion = new[start : start + PORTION]
        known.update(zip(portion, _judged(judge, portion, cache), strict=True))
    cache.close()
    return [programs.lost(row) or known[program] for row, program in zip(rows, asked, strict=True)]


def _judged(judge: Judge, new: Sequence[Program], cache: Cache) -> list[Ruling]:
    """Judge and keep each ruling: when the judge tells it, at the latest when it is done."""
    told: set[int] = set()

    def keep(index: int, ruling: Ruling) -> None:
        told.add(index)
        cache.keep(new[index], ruling)

    found = judge.rule(new, Progress, keep)
    for index, ruling in enumerate(found):
        if index not in told:
            cache.keep(new[index], ruling)
    return found
