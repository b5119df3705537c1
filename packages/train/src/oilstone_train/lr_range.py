"""The learning-rate range test: rates from low to high in one short run (Smith 2017, section 3.3).

The rate grows exponentially from step to step, arXiv 1506.01186; where the loss falls fastest is
a good one, and so is a tenth of where it is lowest.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

DIVERGED = 4.0  # times the best loss: from there on a run only gets worse
WEIGHT = 0.9  # of the losses before, in the running mean that tells whether it diverged
LEAST = 10  # points that can tell a slope

Point = dict[str, Any]  # step, learning_rate, loss (null when it was no number), smoothed


def rate(step: int, ramp: Mapping[str, Any]) -> float:
    """Return the rate of a step, the first being 0: lowest * (highest / lowest)^(step / last)."""
    share = min(1.0, step / max(1, ramp["steps"] - 1))
    return float(ramp["lowest"] * (ramp["highest"] / ramp["lowest"]) ** share)


def decades(rate: float, lowest: float) -> float:
    """Return how many powers of ten a rate lies above the lowest."""
    return math.log10(rate / lowest)


def diverged(losses: Sequence[float]) -> bool:
    """Tell whether the running mean is above 4 times its best, or the last loss is no number."""
    if not losses or not math.isfinite(losses[-1]):
        return bool(losses)
    mean, best = 0.0, math.inf
    for number, loss in enumerate(losses, start=1):
        mean = WEIGHT * mean + (1 - WEIGHT) * loss
        corrected = mean / (1 - WEIGHT**number)
        best = min(best, corrected)
    return corrected > DIVERGED * best


def smoothed(losses: Sequence[float]) -> list[float]:
    """Return means over a window around each loss: unlike a running mean, they do not lag."""
    half = max(1, len(losses) // 25)
    parts = [losses[max(0, n - half) : n + half + 1] for n in range(len(losses))]
    return [math.fsum(part) / len(part) for part in parts]


def found(lines: Sequence[Mapping[str, Any]], ramp: Mapping[str, Any]) -> dict[str, Any]:
    """Return the report (lr-range.v1) of a run's telemetry."""
    seen = {line["step"]: line["loss"] for line in lines if "loss" in line}
    whole = [(step, seen[step]) for step in sorted(seen) if seen[step] is not None]
    means = smoothed([loss for _, loss in whole])
    points = [
        {"step": step, "learning_rate": rate(step - 1, ramp), "loss": loss, "smoothed": mean}
        for (step, loss), mean in zip(whole, means, strict=True)
    ]
    told = {key: ramp[key] for key in ("lowest", "highest", "steps")}
    return {"schema": "lr-range.v1", **told, **_proposal(points), "points": points}


def _proposal(points: Sequence[Point]) -> dict[str, Any]:
    nothing = {"steepest": None, "tenth_of_minimum": None, "proposal": None}
    if len(points) < LEAST:
        return {**nothing, "note": "too_few_points"}
    least = min(range(len(points)), key=lambda n: points[n]["smoothed"])
    if least < 2:
        return {**nothing, "note": "never_fell"}
    falls = [_slope(points, n) for n in range(1, least)]
    steepest = points[1 + falls.index(min(falls))]["learning_rate"]
    tenth = points[least]["learning_rate"] / 10
    note = "still_falling" if least == len(points) - 1 else "found"
    both = {"steepest": steepest, "tenth_of_minimum": tenth}
    return {**both, "proposal": min(steepest, tenth), "note": note}


def _slope(points: Sequence[Point], n: int) -> float:
    """Return the change of the loss per factor of e in the rate, around a point."""
    before, after = points[n - 1], points[n + 1]
    apart = math.log(after["learning_rate"] / before["learning_rate"])
    return float((after["smoothed"] - before["smoothed"]) / apart)
