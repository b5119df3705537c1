"""`compare`: two reports on the same problems, sample by sample."""

from collections.abc import Sequence
from typing import Any

from oilstone_eval.metrics import LEVEL
from oilstone_eval.reports import Report, same_problems
from oilstone_eval.scores import METRICS, Metric
from oilstone_schemas import intervals


def compare(report: Report, baselines: Sequence[Report]) -> dict[str, Any]:
    """Return, for every baseline and metric, both values and the paired difference.

    Over the report's primary slice. Raises OilstoneError when the problems are not the same.
    """
    same_problems([report, *baselines])
    return {
        "report": report.name,
        "slice": report.primary,
        "baselines": {
            f"{number}. {each.name}": _against(report, each)
            for number, each in enumerate(baselines, start=1)
        },
    }


def _against(report: Report, baseline: Report) -> dict[str, Any]:
    seed = report.manifest.seed
    sides = report.verdicts(report.primary), baseline.verdicts(report.primary)
    return {name: paired(metric, *sides, seed=seed) for name, metric in METRICS.items()}


def paired(
    metric: Metric, ours: dict[Any, Any], theirs: dict[Any, Any], seed: int
) -> dict[str, Any]:
    """Return one metric of two sides: values over the pairs, difference, interval, flips.

    A pair counts where the metric applies to both and both are scored; `unscored` counts the
    pairs that lack a score, and samples that only one side has.
    """
    pairs, unscored = [], len(ours.keys() ^ theirs.keys())
    for key in sorted(ours.keys() & theirs.keys()):
        both = ours[key], theirs[key]
        if not all(metric.counts(verdict) for verdict in both):
            continue
        first, second = (metric.score(verdict) for verdict in both)
        if first is None or second is None:
            unscored += 1
        else:
            pairs.append((first, second))
    return {"n": len(pairs), "unscored": unscored, **_difference(pairs, seed), "unit": metric.unit}


def _difference(pairs: Sequence[tuple[float, float]], seed: int) -> dict[str, Any]:
    empty = dict.fromkeys(("value", "baseline", "difference", "low", "high", "gained", "lost"))
    if not pairs:
        return {**empty, "level": LEVEL, "method": "none"}
    ours, theirs = ([pair[side] for pair in pairs] for side in (0, 1))
    difference, low, high = intervals.paired_difference(ours, theirs, LEVEL, seed)
    return {
        "value": sum(ours) / len(ours), "baseline": sum(theirs) / len(theirs),
        "difference": difference, "low": low, "high": high,
        "gained": sum(first > second for first, second in pairs),
        "lost": sum(first < second for first, second in pairs),
        "level": LEVEL, "method": intervals.paired_method(ours, theirs),
    }  # fmt: skip


def text(found: dict[str, Any]) -> str:
    """Return the comparison as a table to read, at most 100 columns wide."""
    over = f"slice {found['slice']}" if found["slice"] else "all problems"
    lines = [f"{found['report']} against, on {over}; differences with their paired 95 % intervals"]
    head = f"{'':22}{'value':>8}{'baseline':>10}{'difference':>12}{'interval':>18}"
    for name, metrics in found["baselines"].items():
        lines += ["", name, f"{head}{'n':>6}{'higher':>8}{'lower':>7}{'unscored':>9}"]
        lines += [_row(metric, record) for metric, record in metrics.items()]
    return "\n".join(lines)


def _row(metric: str, record: dict[str, Any]) -> str:
    if not record["n"]:
        return f"  {metric:<20}{'no pairs':>8}"
    interval = f"{record['low']:+.3f} … {record['high']:+.3f}"
    return (
        f"  {metric:<20}{record['value']:>8.3f}{record['baseline']:>10.3f}"
        f"{record['difference']:>+12.3f}{interval:>18}{record['n']:>6}"
        f"{record['gained']:>8}{record['lost']:>7}{record['unscored']:>9}"
    )
