"""Latencies of two reports: quantiles side by side, with the bootstrap over problems."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from oilstone_eval import timings

RESAMPLES = 2000
Verdicts = Mapping[tuple[str, int], Mapping[str, Any]]


def compared(ours: Verdicts, theirs: Verdicts, level: float, seed: int) -> dict[str, Any]:
    """Return, by quantile, both values in seconds, their difference and `relative`: a share.

    Over the samples that both sides have a latency of; {} without any. Intervals are of the
    difference and of the relative difference, by bootstrap over problems.
    """
    groups: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for key in sorted(ours.keys() & theirs.keys()):
        pair = ours[key].get("latency"), theirs[key].get("latency")
        if pair[0] is not None and pair[1] is not None:
            groups[key[0]].append((pair[0], pair[1]))
    if not groups:
        return {}
    missing = len(ours.keys() | theirs.keys()) - sum(map(len, groups.values()))
    return {
        name: {**_record(list(groups.values()), share, level, seed), "unscored": missing}
        for name, share in timings.QUANTILES.items()
    }


def _record(
    groups: list[list[tuple[float, float]]], share: float, level: float, seed: int
) -> dict[str, Any]:
    pairs = [pair for group in groups for pair in group]
    value, baseline = (timings.quantile(sorted(p[side] for p in pairs), share) for side in (0, 1))
    differences, relatives = _resampled(groups, share, level, seed)
    return {
        "value": value, "baseline": baseline, "difference": value - baseline,
        "low": differences[0], "high": differences[1],
        "relative": value / baseline - 1 if baseline else None, "relative_interval": relatives,
        "gained": None, "lost": None, "level": level, "method": "paired-bootstrap",
        "n": len(pairs), "unit": "seconds",
    }  # fmt: skip


def _resampled(
    groups: list[list[tuple[float, float]]], share: float, level: float, seed: int
) -> tuple[list[float], list[float] | None]:
    import numpy

    draw = numpy.random.default_rng(seed)
    columns = [numpy.array(group) for group in groups]
    found = numpy.empty((RESAMPLES, 2))
    for row in range(RESAMPLES):
        chosen = numpy.concatenate([columns[i] for i in draw.integers(0, len(groups), len(groups))])
        found[row] = numpy.quantile(chosen, share, axis=0)
    ends = [(1 - level) / 2, (1 + level) / 2]
    differences = numpy.quantile(found[:, 0] - found[:, 1], ends).tolist()
    if (found[:, 1] <= 0).any():
        return differences, None
    return differences, numpy.quantile(found[:, 0] / found[:, 1] - 1, ends).tolist()
