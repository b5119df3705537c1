"""What can be done to a number: words for it, a line of working, and an oracle that counts.

The oracles reach their results by other ways than the working does, so that each checks the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from oilstone_data.world.math.step import Step, Unfit

Rule = tuple[str, Callable[[int, int], int]]  # the sign in the working, and the oracle


@dataclass(frozen=True)
class Op:
    """An operation on the value so far; `fixed` where the words leave no constant open."""

    name: str
    words: str
    rule: Rule
    constants: Sequence[int] = ()
    fixed: int | None = None

    def step(self, value: int, constant: int) -> Step:
        """Return the line of working."""
        alone = not self.constants and self.fixed is None
        return Step(self.rule[0], (value,) if alone else (value, constant))

    def truth(self, value: int, constant: int) -> int:
        """Return what the oracle counts."""
        return self.rule[1](value, constant)

    def open(self, value: int) -> list[int]:
        """Return the constants that keep to small whole numbers."""
        candidates = self.constants or (self.fixed or 0,)
        return [constant for constant in candidates if _fits(self.step(value, constant))]


def _fits(step: Step) -> bool:
    try:
        return bool(step.result)
    except Unfit:
        return False


def _parts(value: int, constant: int) -> int:
    """Count how often `constant` can be taken away."""
    return len(range(constant, value + 1, constant))


def _left(value: int, constant: int) -> int:
    """Take `constant` away until less is left."""
    while value >= constant:
        value -= constant
    return value


ADD: Rule = ("+", lambda v, k: len([*range(v), *range(k)]))
SUBTRACT: Rule = ("-", lambda v, k: len(range(k, v)))
MULTIPLY: Rule = ("*", lambda v, k: sum(v for _ in range(k)))
DIVIDE: Rule = ("/", _parts)
REMAINDER: Rule = ("%", _left)
LARGER: Rule = ("max", lambda v, k: sorted((v, k))[-1])
SMALLER: Rule = ("min", lambda v, k: sorted((v, k))[0])
SQUARE: Rule = ("square", lambda v, _: sum(range(1, 2 * v, 2)))  # the first odd numbers
DIGITS: Rule = ("digits", lambda v, _: sum(map(int, str(v))))

_SMALL, _FEW, _ROUND = range(2, 7), range(2, 4), (5, 10, 20)

NUMBERS = (
    Op("add", "add {k}", ADD, _SMALL),
    Op("subtract", "subtract {k}", SUBTRACT, _SMALL),
    Op("multiply", "multiply by {k}", MULTIPLY, _FEW),
    Op("divide", "divide by {k}", DIVIDE, _SMALL),
    Op("double", "double it", MULTIPLY, fixed=2),
    Op("halve", "halve it", DIVIDE, fixed=2),
    Op("remainder", "take the rest by {k}", REMAINDER, (5, 7, 9)),
    Op("at_least", "make it at least {k}", LARGER, _ROUND),
    Op("at_most", "make it at most {k}", SMALLER, _ROUND),
    Op("digits", "add up its digits", DIGITS),
)
THINGS = (
    Op("more", "{k} more come", ADD, _SMALL),
    Op("fewer", "{k} go", SUBTRACT, _SMALL),
    Op("times", "they grow {k}-fold", MULTIPLY, _FEW),
    Op("one_in", "one in {k} stays", DIVIDE, _SMALL),
    Op("twice", "they double", MULTIPLY, fixed=2),
    Op("half", "half stay", DIVIDE, fixed=2),
    Op("over", "packs of {k} go", REMAINDER, (5, 7, 9)),
    Op("filled", "filled up to {k}", LARGER, _ROUND),
    Op("limited", "at most {k} stay", SMALLER, _ROUND),
)
BOTH = (
    Op("sum", "add x and y", ADD),
    Op("difference", "subtract y from x", SUBTRACT),
    Op("product", "multiply x by y", MULTIPLY),
)
