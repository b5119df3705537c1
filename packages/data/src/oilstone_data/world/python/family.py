"""What a task family is, and how its members become tasks with a prompt and two answers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import indent
from typing import Any

from oilstone_data.world.python.ops import Bound, Op

ENTRY_POINT = "solve"


@dataclass(frozen=True)
class Argument:
    """What the function is given."""

    name: str  # of the parameter
    words: str  # what the prompt calls it
    type: str  # its annotation


INTS = Argument("v", "integers", "list[int]")
ONE = Argument("n", "an integer", "int")
WORDS = Argument("words", "words", "list[str]")
TEXT = Argument("text", "a text", "str")
ROWS = Argument("rows", "rows of integers", "list[list[int]]")


@dataclass(frozen=True)
class Answer:
    """One member of a family: what is asked, the same solution in two styles, and its oracle."""

    ask: str  # the second sentence of the prompt
    doc: str  # the docstring; the constants stand in the code
    plain: str  # body of the plain function
    returns: str  # type of the idiomatic function
    value: str  # the one expression that the idiomatic function returns
    oracle: Callable[[Any], Any]  # argument -> what the function must return


@dataclass(frozen=True)
class Family:
    """A function's shape with slots; every choice of ops for the slots is one combination."""

    name: str
    argument: Argument
    slots: tuple[Sequence[Op], ...]
    build: Callable[..., Answer]


@dataclass(frozen=True)
class Task:
    """A problem of the tiny world with its two reference functions; `constants` as drawn."""

    prompt: str
    plain: str
    idiomatic: str
    answer: Answer
    argument: Argument
    constants: tuple[Any, ...]


FAMILIES: dict[str, Family] = {}


def family(argument: Argument, *slots: Sequence[Op]) -> Callable[[Callable[..., Answer]], Any]:
    """Register a builder `(bound op per slot) -> Answer` under its own name."""

    def register(build: Callable[..., Answer]) -> Callable[..., Answer]:
        FAMILIES[build.__name__] = Family(build.__name__, argument, slots, build)
        return build

    return register


def task(of: Family, ops: Sequence[Op], rng: random.Random) -> Task:
    """The task of these ops, with constants drawn from `rng`."""
    bound: list[Bound] = [op.bind(rng) for op in ops]
    answer, argument = of.build(*bound), of.argument
    head = f"{ENTRY_POINT}({argument.name}"
    return Task(
        prompt=f"Write {head}) over {argument.words}. {answer.ask}.",
        plain=f"def {head}):\n{_body(answer.plain)}",
        idiomatic=f"def {head}: {argument.type}) -> {answer.returns}:\n"
        + _body(f'"""{answer.doc}"""\nreturn {answer.value}'),
        answer=answer,
        argument=argument,
        constants=tuple(k for op in bound for k in op.constants),
    )


def _body(code: str) -> str:
    return indent(code, "    ") + "\n"
