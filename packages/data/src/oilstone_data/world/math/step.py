"""One line of a worked solution: an operation on numbers, and what it gives."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass

LARGEST = 100


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
    "gcd": math.gcd,
    "square": lambda value: value**2,
    "digits": lambda value: sum(divmod(value, 10)),
}


@dataclass(frozen=True)
class Step:
    """`sign` of INFIX or NAMED over one or two numbers."""

    sign: str
    numbers: tuple[int, ...]

    @property
    def result(self) -> int:
        """A whole number from 1 to LARGEST. Raises Unfit for any other."""
        found = {**INFIX, **NAMED}[self.sign](*self.numbers)
        exact = self.sign != "/" or found * self.numbers[1] == self.numbers[0]
        if not exact or not 1 <= found <= LARGEST:
            raise Unfit
        return found

    def __str__(self) -> str:
        shown = list(map(str, self.numbers))
        if self.sign in INFIX:
            return f"{self.sign.join(shown)}={self.result}"
        return f"{self.sign}({','.join(shown)})={self.result}"
