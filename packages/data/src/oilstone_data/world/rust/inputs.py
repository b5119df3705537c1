"""Standard input for the tests of a task, and the value a reader makes of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from oilstone_data.world.rust.family import Family, Task, shown, task
from oilstone_data.world.rust.harness import INTS, ONE, ROWS, TEXT, WORDS, Reader
from oilstone_data.world.rust.ops import Op

_WORDS = """
stone oil edge grind blade sharp coarse fine water steel whet hone angle burr strop plane chisel
knife bench slate grit carbon iron temper bevel polish rust leather compound level lap paste a
of at it on go tin arc ore rim die ash egg ice oak inn net
"""
VOCABULARY = _WORDS.split()


def _ints(rng: random.Random, count: int) -> list[int]:
    return [rng.randint(-20, 40) for _ in range(count)]


def _joined(values: list[Any]) -> str:
    return " ".join(map(str, values))


def _line_of_ints(rng: random.Random) -> tuple[str, Any]:
    values = _ints(rng, rng.choice((1, 2, 3, 6, 8, 10, 12)))
    return _joined(values) + "\n", values


def _one(rng: random.Random) -> tuple[str, Any]:
    value = rng.randint(5, 60)
    return f"{value}\n", value


def _words(rng: random.Random) -> tuple[str, Any]:
    values = rng.choices(VOCABULARY, k=rng.choice((1, 2, 6, 9, 12)))
    return _joined(values) + "\n", values


def _text(rng: random.Random) -> tuple[str, Any]:
    value = _joined(rng.choices(VOCABULARY, k=rng.randint(2, 5)))
    return value + "\n", value


def _rows(rng: random.Random) -> tuple[str, Any]:
    values = [_ints(rng, rng.randint(2, 6)) for _ in range(rng.randint(2, 4))]
    return "".join(_joined(row) + "\n" for row in values), values


_DRAW: dict[str, Callable[[random.Random], tuple[str, Any]]] = {
    INTS.name: _line_of_ints,
    ONE.name: _one,
    WORDS.name: _words,
    TEXT.name: _text,
    ROWS.name: _rows,
}


def draw(reader: Reader, rng: random.Random) -> tuple[str, Any]:
    """One standard input for this reader, with the value that a program reads from it."""
    return _DRAW[reader.name](rng)


def cases(task: Task, count: int, rng: random.Random) -> list[dict[str, str]]:
    """`count` input/output pairs with as many different outputs as `4 * count` draws yield."""
    drawn = [draw(task.reader, rng) for _ in range(4 * count)]
    found = [{"stdin": text, "stdout": shown(task.answer.oracle(v))} for text, v in drawn]
    news = {case["stdout"]: case for case in reversed(found)}
    first = list(news.values())[::-1][:count]
    return first + [case for case in found if case not in first][: count - len(first)]


def distinguishing(
    family: Family, ops: Sequence[Op], tests: int, rng: random.Random
) -> tuple[Task, list[dict[str, str]]]:
    """A task whose tests do not all expect the same: constants are drawn again until they don't."""
    for _ in range(20):
        drawn = task(family, ops, rng)
        found = cases(drawn, tests, rng)
        if len({case["stdout"] for case in found}) > 1:
            break
    return drawn, found
