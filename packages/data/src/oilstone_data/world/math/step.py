"""One line of a worked solution: an operation on numbers, and what it gives."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

SMALLEST, LARGEST = 2, 40  # an answer of 1 would be right too often by luck


class Unfit(Exception):
    """These constants lead out of the small whole numbers; others have to be drawn."""


INFIX: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.floordiv,
    "%": operator.mod,
}
NAMED: dict[str, Callable[..., int]] = {
    "max": max,
    "min": min,
    "square": lambda value: value**2,
    "digits": lambda value: value // 100 + value // 10 % 10 + value % 10,
}


@dataclass(frozen=True)
class Step:
    """`sign` of INFIX or NAMED over one or two numbers."""

    sign: str
    numbers: tuple[int, ...]

    @property
    def result(self) -> int:
        """A whole number from SMALLEST to LARGEST. Raises Unfit for any other."""
        found = {**INFIX, **NAMED}[self.sign](*self.numbers)
        exact = self.sign != "/" or found * self.numbers[1] == self.numbers[0]
        if not exact or found < SMALLEST or max(found, *self.numbers) > LARGEST:
            raise Unfit
        return found

    def __str__(self) -> str:
        shown = list(map(str, self.numbers))
        if self.sign in INFIX:
            return f"{self.sign.join(shown)}={self.result}"
        return f"{self.sign}({','.join(shown)})={self.result}"
