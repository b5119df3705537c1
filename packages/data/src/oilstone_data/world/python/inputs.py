"""Arguments for the tests of a task, its constants' neighbours among them, and the asserts."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from oilstone_data.world.python.family import (
    ENTRY_POINT,
    INTS,
    ONE,
    ROWS,
    TEXT,
    WORDS,
    Family,
    Task,
    task,
)
from oilstone_data.world.python.ops import Op

_WORDS = """
stone oil edge grind blade sharp coarse fine water steel whet hone angle burr strop plane chisel
knife bench slate grit carbon iron temper bevel polish rust leather compound level lap paste a
of at it on go tin arc ore rim die ash egg ice oak inn net abrasive whetstone
"""
VOCABULARY = _WORDS.split()
Case = tuple[Any, Any]  # argument, expected result
Numbers = Sequence[int]


def _ints(rng: random.Random, near: Numbers, count: int) -> list[int]:
    """Numbers of which seven in ten are a constant or its neighbour: slips by one must show."""
    return [
        rng.choice(near) + rng.randint(-1, 1) if near and rng.random() < 0.7
        else rng.randint(-60, 120)
        for _ in range(count)
    ]  # fmt: skip


def _list(rng: random.Random, near: Numbers) -> list[int]:
    return _ints(rng, near, rng.choice((1, 3, 8, 10, 12, 14)))


def _one(rng: random.Random, near: Numbers) -> int:
    return max([1, *_ints(rng, near, 1)])


def _words(rng: random.Random, near: Numbers) -> list[str]:
    return rng.choices(VOCABULARY, k=rng.choice((1, 2, 6, 9, 12)))


def _text(rng: random.Random, near: Numbers) -> str:
    return " ".join(rng.choices(VOCABULARY, k=rng.randint(2, 5)))


def _rows(rng: random.Random, near: Numbers) -> list[list[int]]:
    return [_ints(rng, near, rng.randint(2, 6)) for _ in range(rng.randint(2, 4))]


_DRAW: dict[str, Callable[[random.Random, Numbers], Any]] = {
    INTS.name: _list,
    ONE.name: _one,
    WORDS.name: _words,
    TEXT.name: _text,
    ROWS.name: _rows,
}


def cases(task: Task, count: int, rng: random.Random) -> list[Case]:
    """`count` arguments and results, with as many different results as `4 * count` draws yield."""
    near = [k for k in task.constants if isinstance(k, int)]
    drawn = [_DRAW[task.argument.name](rng, near) for _ in range(4 * count)]
    found = [(argument, task.answer.oracle(argument)) for argument in drawn]
    news = {repr(result): (argument, result) for argument, result in reversed(found)}
    first = list(news.values())[::-1][:count]
    return first + [case for case in found if case not in first][: count - len(first)]


def distinguishing(
    family: Family, ops: Sequence[Op], tests: int, rng: random.Random
) -> tuple[Task, list[Case]]:
    """A task whose tests do not all expect the same: constants are drawn again until they don't."""
    for _ in range(20):
        drawn = task(family, ops, rng)
        found = cases(drawn, tests, rng)
        if len({repr(result) for _, result in found}) > 1:
            break
    return drawn, found


def asserts(cases: Sequence[Case]) -> str:
    """The cases as assert statements, a line each."""
    return "".join(
        f"assert {ENTRY_POINT}({argument!r}) == {result!r}\n" for argument, result in cases
    )
