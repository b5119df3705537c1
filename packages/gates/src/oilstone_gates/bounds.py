"""Which number of a measurement a gate looks at, and whether it is good enough."""

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}


@dataclass(frozen=True)
class Measurement:
    """A metric, or a paired difference, over `n` samples with the ends of its interval."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    unscored: int
    level: float | None = None
    method: str | None = None
    unit: str | None = None

    def at(self, basis: str) -> float | None:
        """The number that a gate on this basis compares; None when it is missing or not finite."""
        number = {"point": self.value, "lower": self.low, "upper": self.high}[basis]
        return number if number is not None and math.isfinite(number) else None


def meets(number: float, op: str, threshold: float) -> bool:
    """Whether the number stands on the good side of the threshold, without any tolerance."""
    return OPERATORS[op](number, threshold)
