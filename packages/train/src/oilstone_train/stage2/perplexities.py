"""When a perplexity leaps: above its moving average, by more than a calibrated share of it."""

import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from oilstone_train import telemetry

DEFAULT = 0.05
UNSTEADY = 0.10  # with so high a 99th percentile, look for the cause before training on


def read(path: Path) -> list[float]:
    """Return the perplexities written down so far; one that is no number is left out."""
    found = (line.get("perplexity") for line in telemetry.read(path))
    return [value for value in found if value is not None]


def average(values: Sequence[float], window: int) -> float | None:
    """Return the exponential moving average of weight 2 / (window + 1); None of nothing."""
    found: float | None = None
    weight = 2 / (window + 1)
    for value in values:
        found = value if found is None else found + weight * (value - found)
    return found


def rise(before: Sequence[float], found: float, window: int) -> float:
    """Return how far a value is above the average of those before it, as a share of it.

    The first value rises by 0; one that is no number, by infinity.
    """
    if not math.isfinite(found):
        return math.inf
    mean = average(before, window)
    return 0.0 if mean is None else (found - mean) / mean


def leaps(risen: float, settings: Mapping[str, Any]) -> bool:
    """Tell whether a rise is a leap."""
    return risen > float(settings["rise"])


def proposed(values: Sequence[float], window: int) -> tuple[float, bool]:
    """Return the `rise` to set after an observed run, and whether the run was steady at all.

    The 99th percentile of the rises plus their standard deviation, at least 5 %.
    """
    rises = [rise(values[:i], value, window) for i, value in enumerate(values)]
    if len(rises) < 2:
        return DEFAULT, True
    high = sorted(rises)[math.ceil(0.99 * len(rises)) - 1]
    return max(DEFAULT, high + statistics.pstdev(rises)), high <= UNSTEADY
