"""How long answers took: quantiles with intervals. Times are no part of a report's identity."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from oilstone_schemas import intervals

QUANTILES = {"latency_p50": 0.5, "latency_p95": 0.95}


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return a quantile of sorted values, linear between neighbours (Hyndman and Fan, type 7)."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def records(
    verdicts: Sequence[Mapping[str, Any]], level: float, seed: int
) -> dict[str, dict[str, Any]]:
    """Return a metric record for every quantile of the latencies, in seconds; {} without any."""
    times = sorted(v["latency"] for v in verdicts if v.get("latency") is not None)
    if not times:
        return {}
    return {
        name: _record(times, share, len(verdicts) - len(times), level, seed)
        for name, share in QUANTILES.items()
    }


def _record(
    times: Sequence[float], share: float, missing: int, level: float, seed: int
) -> dict[str, Any]:
    low, high = _interval(times, share, level, seed)
    return {
        "value": quantile(times, share), "low": low, "high": high, "level": level,
        "method": "bootstrap", "n": len(times), "unscored": missing, "unit": "seconds",
        "check": "latency",
    }  # fmt: skip


def _interval(times: Sequence[float], share: float, level: float, seed: int) -> tuple[float, float]:
    """Percentile bootstrap of the quantile, drawn as order statistics (David and Nagaraja 2003).

    The i-th smallest of n uniform draws is Beta(i, n + 1 - i) distributed, so that one draw stands
    for a whole resample.
    """
    n, draw = len(times), random.Random(seed)
    rank = round(share * (n - 1)) + 1
    places = (draw.betavariate(rank, n + 1 - rank) for _ in range(intervals.RESAMPLES))
    found = sorted(times[min(int(place * n), n - 1)] for place in places)
    tail = (1 - level) / 2 * (len(found) - 1)
    return found[int(tail)], found[len(found) - 1 - int(tail)]
