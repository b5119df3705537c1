"""Standard input for the tests of a task, and the value a reader makes of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from oilstone_data.world.harness import INTS, ONE, ROWS, TEXT, WORDS, Reader

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
