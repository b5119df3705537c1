"""The interval that is shown beside a verdict; the verdict itself is the e-process's."""

import math
from typing import NamedTuple

TUNED_AT = 5000  # units at which the interval is narrowest


class Effect(NamedTuple):
    """The candidate's effect in shares (0.05 is five points), and its confidence sequence."""

    value: float
    low: float
    high: float


def effect(n: int, total: float, squares: float, alpha: float) -> Effect:
    """Return the mean of X and its asymptotic confidence sequence, valid at all looks together.

    Waudby-Smith et al., arXiv:2103.06476, theorem 2.2. `total` and `squares` are the sums of X and
    of its square (`Evidence.total`). Before there are two units it is everything: -1 to 1.
    """
    if n < 2:
        return Effect(0.0, -1.0, 1.0)
    mean = total / n
    variance = max(squares / n - mean * mean, 1e-12)
    tuned = (math.log(1 / alpha**2) + math.log(math.log(1 / alpha**2) + 1)) / TUNED_AT
    spread = n * tuned + 1  # with rho^2 = tuned / variance
    half = math.sqrt(2 * spread * variance / (n * n * tuned) * math.log(math.sqrt(spread) / alpha))
    return Effect(mean, max(mean - half, -1.0), min(mean + half, 1.0))
