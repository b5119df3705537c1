"""The vocabulary of the tiny world of shell: an op in English, in shell and in Python.

Shell and Python are written independently, so that each checks the other. An `Op` is open in its
constants, a `Bound` has them filled in; what an op's Python takes depends on its slot.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

WORDS = ("stone", "edge", "blade", "steel", "plane", "knife", "iron", "rust")
ENDINGS = ("txt", "log", "csv", "md", "conf", "dat", "bak", "list")
FEW = range(2, 6)


@dataclass(frozen=True)
class Op:
    """One structural choice; texts hold {k} and {m} for the constants, drawn all different."""

    name: str
    words: str
    shell: str
    python: Callable[..., Any]
    constants: tuple[Sequence[Any], ...] = ()
    novice: str = ""  # as a beginner writes it, where that differs

    def bind(self, rng: random.Random) -> Bound:
        """Fill the constants in."""
        found: list[Any] = []
        for choices in self.constants:
            found.append(rng.choice([choice for choice in choices if choice not in found]))
        return Bound(self, tuple(found))


@dataclass(frozen=True)
class Bound:
    """An op together with its constants."""

    op: Op
    constants: tuple[Any, ...]

    @property
    def words(self) -> str:
        """The English phrase of this op."""
        return self._filled(self.op.words)

    @property
    def shell(self) -> str:
        """Its text in a careful command."""
        return self._filled(self.op.shell)

    @property
    def novice(self) -> str:
        """Its text in a beginner's command."""
        return self._filled(self.op.novice or self.op.shell)

    def of(self, *values: Any) -> Any:
        """What the oracle makes of `values`."""
        return self.op.python(*values, *self.constants)

    def _filled(self, text: str) -> str:
        for name, value in zip("km", self.constants, strict=False):
            text = text.replace(f"{{{name}}}", str(value))
        return text
