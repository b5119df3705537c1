"""Means of values that come in clusters, such as several samples of one problem."""

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Any

RESAMPLES = 10_000
_BLOCK = 2_000_000  # random numbers drawn at once: 16 MB


def standard_error(values: Sequence[float], clusters: Sequence[Hashable]) -> float | None:
    """Return the standard error of the mean of `values`; None for fewer than two clusters.

    Liang and Zeger 1986 with the factor G / (G - 1), as statsmodels' OLS on a constant with
    cov_type="cluster"; when every value is its own cluster, the deviation over the root of n.
    """
    mean = math.fsum(values) / len(values)
    sums: dict[Hashable, float] = defaultdict(float)
    for value, cluster in zip(values, clusters, strict=True):
        sums[cluster] += value - mean
    count = len(sums)
    if count < 2:
        return None
    spread = math.fsum(each * each for each in sums.values())
    return math.sqrt(count / (count - 1) * spread) / len(values)


def bootstrap(
    values: Sequence[float], clusters: Sequence[Hashable], level: float = 0.95, seed: int = 0,
    resamples: int = RESAMPLES,
) -> tuple[float, float]:  # fmt: skip
    """Return the percentile interval of the mean, drawing whole clusters (Efron 1979).

    For a paired comparison, `values` are the differences.
    """
    import numpy

    sums, sizes = _per_cluster(values, clusters)
    draw, count = numpy.random.default_rng(seed), len(sums)
    means: list[Any] = []
    for rows in _blocks(resamples, count):
        chosen = draw.integers(0, count, (rows, count))
        means.append(sums[chosen].sum(axis=1) / sizes[chosen].sum(axis=1))
    tail = (1 - level) / 2
    low, high = numpy.quantile(numpy.concatenate(means), [tail, 1 - tail])
    return float(low), float(high)


def _per_cluster(values: Sequence[float], clusters: Sequence[Hashable]) -> tuple[Any, Any]:
    import numpy

    places = {cluster: place for place, cluster in enumerate(dict.fromkeys(clusters))}
    index = [places[cluster] for cluster in clusters]
    return numpy.bincount(index, values, len(places)), numpy.bincount(index, minlength=len(places))


def _blocks(resamples: int, width: int) -> list[int]:
    """Cut `resamples` rows into blocks that fit in memory."""
    rows = max(1, min(resamples, _BLOCK // width))
    whole, rest = divmod(resamples, rows)
    return [rows] * whole + [rest] * bool(rest)
