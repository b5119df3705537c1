"""What a family of shell problems is, and how its members become problems."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from oilstone_data.world.shell.ops import Bound, Op
from oilstone_data.world.shell.scene import Files, Meant, Wish, scene

LINK = "-> "  # what the content of a symbolic link begins with, in an Effect


@dataclass(frozen=True)
class Effect:
    """What a command prints, the files that it makes and those that it takes away."""

    printed: str = ""
    made: Files = field(default_factory=dict)
    gone: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """One member of a family: what is asked, solved carelessly and carefully, and its oracle.

    `oracle` gets the files that are meant, in the order of their paths; `beside` makes further
    files of those in the folder, which the command reads.
    """

    ask: str
    plain: str
    sharp: str
    meant: Meant
    oracle: Callable[[Files], Effect]
    deep: bool = False
    beside: Callable[[Files], Files] | None = None


@dataclass(frozen=True)
class Family:
    """A shape of commands with slots; every choice of ops for the slots is one combination."""

    name: str
    slots: tuple[Sequence[Op], ...]
    build: Callable[..., Answer]


@dataclass(frozen=True)
class Task:
    """A problem with both answers, its files and what a right answer does to them."""

    prompt: str
    plain: str
    sharp: str
    files: Files
    effect: Effect


FAMILIES: dict[str, Family] = {}


def family(*slots: Sequence[Op]) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Register a builder `(bound op per slot) -> Answer` under its own name."""

    def register(build: Callable[..., Answer]) -> Callable[..., Answer]:
        FAMILIES[build.__name__] = Family(build.__name__, slots, build)
        return build

    return register


def answer(of: Family, ops: Sequence[Op], rng: random.Random) -> tuple[Answer, list[Bound]]:
    """The answer of these ops, with constants drawn from `rng`, and the ops with them."""
    bound = [op.bind(rng) for op in ops]
    return of.build(*bound), bound


def task(of: Family, ops: Sequence[Op], odd: bool, rng: random.Random) -> Task:
    """The problem of these ops, in a folder of odd or of simple file names.

    Drawn again while a right answer would neither print nor make anything.
    """
    for _ in range(20):
        drawn = _task(of, ops, odd, rng)
        if drawn.effect.printed.strip() or drawn.effect.made:
            break
    return drawn


def _task(of: Family, ops: Sequence[Op], odd: bool, rng: random.Random) -> Task:
    made, bound = answer(of, ops, rng)
    hints = [value for op in bound for value in op.constants if isinstance(value, str)]
    files = scene(Wish(made.meant, hints, made.deep, odd), rng)
    if made.beside:
        files |= made.beside(files)
    meant = {path: files[path] for path in sorted(files) if made.meant(path, files[path])}
    return Task(f"{made.ask}.", made.plain, made.sharp, files, made.oracle(meant))
