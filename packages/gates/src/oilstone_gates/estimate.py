"""A number and its interval, computed anew from scores by problem."""

import math
import random
from collections.abc import Callable, Sequence
from statistics import fmean

from oilstone_gates.bounds import Measurement
from oilstone_gates.pairs import Row, Table
from oilstone_schemas import intervals
from oilstone_schemas.command import OilstoneError

LEVEL = 0.95
Units = Sequence[Sequence[Row]]  # the rows of each problem; for means, the one row of their means
Statistic = Callable[[Units], float]


def estimate(
    table: Table,
    *,
    seed: int,
    method: str | None = None,
    level: float = LEVEL,
    relative: bool = False,
    quantile: float | None = None,
) -> Measurement:
    """Return the mean (or quantile) of the scores, or how the report's differs from the baseline's.

    `level` is that of the two-sided interval, `seed` the bootstrap's: the same scores give the same
    interval. Raises OilstoneError for a method that is not made for such scores.
    """
    if table.n == 0:
        return Measurement(None, None, None, 0, table.unscored)
    exact = None if relative or quantile is not None else _shares(table, method, level, seed)
    if exact is None:
        _require(
            method in (None, "bootstrap-cluster"), f"{method} is for means and their differences"
        )
        units = (table.by_problem() if quantile is None else table).groups
        found = _bootstrap(units, _statistic(relative, quantile), level, seed)
        exact = (*found, "bootstrap-cluster")
    value, low, high, name = exact
    return Measurement(value, low, high, table.n, table.unscored, level=level, method=name)


def _shares(
    table: Table, method: str | None, level: float, seed: int
) -> tuple[float, float, float, str] | None:
    """Return the estimate by a method for shares, or by the paired bootstrap of all samples."""
    columns = list(zip(*table.rows, strict=True))
    if method == "bootstrap-cluster":
        return None
    if len(columns) == 2:
        ours, theirs = columns
        kind = intervals.paired_method(ours, theirs)
        _require(method in (None, kind), f"{method} is for one score of 0 or 1 a pair")
        return (*intervals.paired_difference(ours, theirs, level, seed), kind)
    single = all(len(group) == 1 for group in table.groups) and {*columns[0]} <= {0, 1}
    if not single:
        _require(method is None, f"{method} is for one sample a problem, of score 0 or 1")
        return None
    name = method or "wilson"
    _require(name != "newcombe-paired", "newcombe-paired needs a baseline")
    interval = intervals.clopper_pearson if name == "clopper-pearson" else intervals.wilson
    return (fmean(columns[0]), *interval(round(sum(columns[0])), table.n, level), name)


def _require(good: bool, message: str) -> None:
    if not good:
        raise OilstoneError(f"{message}; ask for method: bootstrap-cluster")


def _statistic(relative: bool, quantile: float | None) -> Statistic:
    def side(units: Units, index: int) -> float:
        if quantile is None:
            return fmean([unit[0][index] for unit in units])
        return _quantile(sorted([row[index] for unit in units for row in unit]), quantile)

    def statistic(units: Units) -> float:
        ours = side(units, 0)
        if len(units[0][0]) == 1:
            return ours
        theirs = side(units, 1)
        if not relative:
            return ours - theirs
        return ours / theirs - 1 if theirs else math.nan

    return statistic


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Linear between neighbours (Hyndman and Fan 1996, type 7)."""
    at = share * (len(ordered) - 1)
    below = math.floor(at)
    return ordered[below] + (at - below) * (ordered[math.ceil(at)] - ordered[below])


def _bootstrap(
    units: Units, statistic: Statistic, level: float, seed: int
) -> tuple[float, float, float]:
    """Percentile bootstrap over problems, each drawn with all of its samples."""
    draw, size = random.Random(seed), len(units)
    found = sorted(statistic(draw.choices(units, k=size)) for _ in range(intervals.RESAMPLES))
    value = statistic(units)
    if any(math.isnan(each) for each in found):
        return value, math.nan, math.nan
    tail = (1 - level) / 2 * (len(found) - 1)
    return value, found[math.floor(tail)], found[math.ceil(len(found) - 1 - tail)]
