"""What a task family is, and how its members become tasks with prompt, answers and tests."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from oilstone_data.world.rust.harness import Reader, idiomatic, plain
from oilstone_data.world.rust.ops import Bound, Op


@dataclass(frozen=True)
class Answer:
    """One member of a family: what is asked, the same solution in two styles, and its oracle."""

    ask: str  # the second sentence of the prompt
    doc: str  # what the documented function returns; the constants stand in its body
    plain: str  # body of main
    returns: str  # type of the idiomatic function
    body: str  # body of the idiomatic function
    oracle: Callable[[Any], Any]  # parsed input -> bool, None, a list of lines, or a value


@dataclass(frozen=True)
class Family:
    """A program shape with slots; every choice of ops for the slots is one combination."""

    name: str
    reader: Reader
    slots: tuple[Sequence[Op], ...]
    build: Callable[..., Answer]


@dataclass(frozen=True)
class Task:
    """A problem of the tiny world with its two reference programs."""

    family: str
    prompt: str
    plain: str
    idiomatic: str
    answer: Answer
    reader: Reader


FAMILIES: dict[str, Family] = {}


def family(reader: Reader, *slots: Sequence[Op]) -> Callable[[Callable[..., Answer]], Any]:
    """Register a builder `(bound op per slot) -> Answer` under its own name."""

    def register(build: Callable[..., Answer]) -> Callable[..., Answer]:
        FAMILIES[build.__name__] = Family(build.__name__, reader, slots, build)
        return build

    return register


def task(of: Family, ops: Sequence[Op], rng: random.Random) -> Task:
    """The task of these ops, with constants drawn from `rng`."""
    bound: list[Bound] = [op.bind(rng) for op in ops]
    answer = of.build(*bound)
    return Task(
        family=of.name,
        prompt=f"Read {of.reader.words}. {answer.ask}.",
        plain=plain(of.reader, answer.plain),
        idiomatic=idiomatic(of.reader, answer.doc, answer.returns, answer.body),
        answer=answer,
        reader=of.reader,
    )


def shown(result: Any) -> str:
    """Standard output for an oracle's result, as the idiomatic main prints it."""
    if isinstance(result, bool):
        return "yes\n" if result else "no\n"
    if result is None:
        return "none\n"
    lines = result if isinstance(result, list) else [result]
    return "".join(f"{line}\n" for line in lines)
