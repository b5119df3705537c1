"""metrics.json: every metric with its interval, n and the number of samples left unscored."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from oilstone_eval.scores import METRICS, Metric, Verdict
from oilstone_schemas import intervals

LEVEL = 0.95


def summarise(verdicts: Sequence[Verdict], primary: str | None, seed: int) -> dict[str, Any]:
    """Return metrics.json's content; `seed` is the bootstrap's."""
    slices: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        slices[verdict["slice"]].append(verdict)
    chosen = verdicts if primary is None else slices[primary]
    return {
        "metrics": _records(chosen, seed),
        "slices": {name: _records(slices[name], seed) for name in sorted(slices)},
        "primary_slice": primary,
    }


def _records(verdicts: Sequence[Verdict], seed: int) -> dict[str, Any]:
    return {name: record(metric, verdicts, seed) for name, metric in METRICS.items()}


def record(metric: Metric, verdicts: Sequence[Verdict], seed: int) -> dict[str, Any]:
    """Return one metric's record, as in metrics.v1."""
    counted = [verdict for verdict in verdicts if metric.counts(verdict)]
    scores: Mapping[str, list[float]] = defaultdict(list)
    for verdict in counted:
        score = metric.score(verdict)
        if score is not None:
            scores[verdict["problem_id"]].append(score)
    n = sum(map(len, scores.values()))
    value, low, high, method = _estimate(metric, list(scores.values()), seed)
    return {
        "value": value, "n": n, "unscored": len(counted) - n, "low": low, "high": high,
        "level": LEVEL, "method": method, "unit": metric.unit,
    }  # fmt: skip


def _estimate(
    metric: Metric, scores: Sequence[Sequence[float]], seed: int
) -> tuple[float | None, float | None, float | None, str]:
    """Return value, interval and method; several samples of a problem are one observation."""
    if not scores:
        return None, None, None, "none"
    means = [fmean(each) for each in scores]
    value = fmean(means)
    if metric.unit == "share" and all(len(each) == 1 for each in scores):
        return value, *intervals.wilson(round(sum(means)), len(means), LEVEL), "wilson"
    return value, *intervals.bootstrap_mean(means, LEVEL, seed), "bootstrap"
