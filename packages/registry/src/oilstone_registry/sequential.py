"""Group-sequential boundaries for a test with a fixed budget: a few planned looks, then an answer.

Lan and DeMets, Biometrika 1983: the error is spent by a function of the information fraction;
boundaries follow by the recursive integration of Armitage, McPherson and Rowe, JRSS-A 1969.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist

from oilstone_schemas.command import OilstoneError

NORMAL = NormalDist()
POINTS = 240  # per density; boundaries agree with published ones to three decimals
WIDEST = 8.0


def pocock(fraction: float, side: float) -> float:
    """Return one side's error spent at an information fraction: about evenly over the looks."""
    return side * math.log(1 + (math.e - 1) * fraction)


def obrien_fleming(fraction: float, side: float) -> float:
    """Return one side's error spent at an information fraction: nearly all of it at the end."""
    return 2 * (1 - NORMAL.cdf(NORMAL.inv_cdf(1 - side / 2) / math.sqrt(fraction)))


SPENDING = {"pocock": pocock, "obrien-fleming": obrien_fleming}


def boundaries(fractions: Sequence[float], alpha: float, spending: str) -> list[float]:
    """Return the two-sided |z| that rejects at each look; fractions of the budget, rising to 1.

    Raises OilstoneError for another spending function or fractions that do not rise within (0, 1].
    """
    if spending not in SPENDING:
        raise OilstoneError(f"spending {spending!r}: choose one of {', '.join(SPENDING)}")
    rising = all(a < b for a, b in zip([0.0, *fractions[:-1]], fractions, strict=True))
    if not rising or fractions[-1] > 1:
        raise OilstoneError(f"looks at {list(fractions)}: give shares of the budget, rising to 1")
    spent = [SPENDING[spending](one, alpha / 2) for one in fractions]
    found: list[float] = []
    density: Density | None = None
    for index, fraction in enumerate(fractions):
        step = fraction - (fractions[index - 1] if index else 0.0)
        owed = spent[index] - (spent[index - 1] if index else 0.0)
        score = _limit(density, step, owed)
        found.append(score / math.sqrt(fraction))
        if index + 1 < len(fractions):
            density = _advance(density, step, score)
    return found


# Values of the score (a Brownian motion with variance equal to the fraction) and the density of
# not having stopped at them, on an even grid.
Density = tuple[list[float], list[float]]


def _limit(density: Density | None, step: float, owed: float) -> float:
    """Return the score above which lies the error that this look may spend."""
    if density is None:
        return NORMAL.inv_cdf(1 - owed) * math.sqrt(step)
    low, high = 0.0, WIDEST
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if _above(density, step, middle) > owed else (low, middle)
    return (low + high) / 2


def _above(density: Density, step: float, limit: float) -> float:
    scores, values = density
    scale = math.sqrt(2 * step)
    tails = (math.erfc((limit - score) / scale) / 2 for score in scores)
    return _integral(scores, [v * tail for v, tail in zip(values, tails, strict=True)])


def _advance(density: Density | None, step: float, limit: float) -> Density:
    """Return the density after one more step, between the boundaries."""
    width = 2 * limit / POINTS
    scores = [-limit + index * width for index in range(POINTS + 1)]
    if density is None:
        return scores, [_normal(score, step) for score in scores]
    before, values = density
    return scores, [_arriving(before, values, score, step) for score in scores]


def _arriving(before: list[float], values: list[float], score: float, step: float) -> float:
    pairs = zip(before, values, strict=True)
    return _integral(before, [value * _normal(score - start, step) for start, value in pairs])


def _normal(x: float, variance: float) -> float:
    return math.exp(-x * x / (2 * variance)) / math.sqrt(2 * math.pi * variance)


def _integral(scores: list[float], values: list[float]) -> float:
    """Simpson's rule on an even grid with an even number of steps."""
    width = scores[1] - scores[0]
    inner = 4 * math.fsum(values[1:-1:2]) + 2 * math.fsum(values[2:-1:2])
    return (values[0] + inner + values[-1]) * width / 3
