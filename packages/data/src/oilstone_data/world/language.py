"""What a tiny world of one language has to say for itself."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from oilstone_data.world.combination import Combination

LANGUAGES = ("rust", "math", "python", "shell", "recall")


class Op(Protocol):
    """Something that fills a slot of a family, such as a condition; constants are still open."""

    @property
    def name(self) -> str:
        """Unique in its slot."""


class Family(Protocol):
    """A shape of problems with slots; every choice of ops for the slots is one combination."""

    @property
    def name(self) -> str:
        """Unique in its world."""

    @property
    def slots(self) -> Sequence[Sequence[Any]]:
        """The ops to choose from, slot by slot."""


@dataclass(frozen=True)
class World:
    """A tiny world.

    `answers`: the answers to one example of a combination, in every style; combinations whose
    answers share a `skeleton` are trained on, or held out, together. `draw`: a problem of a
    combination, answered in a style ("plain" or "idiomatic"), with so many tests where it has
    tests: the keys prompt, completion, tests and quality of a row, and what its judge needs.
    """

    families: Mapping[str, Family]
    skeleton: Callable[[str], str]
    answers: Callable[[Combination], Sequence[str]]
    draw: Callable[[Combination, str, int, random.Random], dict[str, Any]]


def load(language: str) -> World:
    """Return the world of one of LANGUAGES: `WORLD` of the package named like it."""
    found: World = import_module(f"oilstone_data.world.{language}").WORLD
    return found
