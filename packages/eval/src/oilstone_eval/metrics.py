"""metrics.json: every metric with its interval, n and the number of samples left unscored."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from oilstone_eval import timings
from oilstone_eval.scores import Declared, Verdict, declared
from oilstone_eval.statistics import passk
from oilstone_schemas import intervals

LEVEL = 0.95
DRAWS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def summarise(
    verdicts: Sequence[Verdict], languages: Sequence[str], primary: str | None, seed: int
) -> dict[str, Any]:
    """Return metrics.json's content; `languages` are the problems', `seed` is the bootstrap's."""
    definitions = declared(languages)
    slices: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        slices[verdict["slice"]].append(verdict)
    chosen = verdicts if primary is None else slices[primary]
    of_slices = {name: _records(definitions, slices[name], seed) for name in sorted(slices)}
    # One slice that is everything needs no second bootstrap.
    same = primary or (next(iter(of_slices)) if len(of_slices) == 1 else None)
    found = {
        "metrics": of_slices[same] if same else _records(definitions, chosen, seed),
        "slices": of_slices,
        "primary_slice": primary,
        "reasons": _reasons(chosen),
    }
    times = timings.records(chosen, LEVEL, seed)
    return {**found, "timings": times} if times else found


def _reasons(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Count the verdicts by reason, the most frequent first; those that passed as `passed`."""
    counts: dict[str, int] = defaultdict(int)
    for verdict in verdicts:
        counts[verdict["reason"] or "passed"] += 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _records(
    definitions: Mapping[str, Declared], verdicts: Sequence[Verdict], seed: int
) -> dict[str, Any]:
    found = {name: record(each, verdicts, seed) for name, each in definitions.items()}
    return found | _pass_at_k(verdicts, seed)


def record(definition: Declared, verdicts: Sequence[Verdict], seed: int) -> dict[str, Any]:
    """Return one metric's record, as in metrics.v1."""
    metric = definition.metric
    counted = [verdict for verdict in verdicts if definition.takes(verdict)]
    scores: Mapping[str, list[float]] = defaultdict(list)
    for verdict in counted:
        score = metric.score(verdict)
        if score is not None:
            scores[verdict["problem_id"]].append(score)
    n = sum(map(len, scores.values()))
    estimate = _estimate(definition, list(scores.values()), seed)
    return {
        **_values(estimate), "n": n, "unscored": len(counted) - n, "unit": metric.unit,
        **definition.as_json(),
    }  # fmt: skip


Estimate = tuple[float | None, float | None, float | None, str]


def _values(estimate: Estimate) -> dict[str, Any]:
    value, low, high, method = estimate
    return {"value": value, "low": low, "high": high, "level": LEVEL, "method": method}


def _estimate(definition: Declared, scores: Sequence[Sequence[float]], seed: int) -> Estimate:
    """Return value, interval and method; several samples of a problem are one observation."""
    if not scores:
        return None, None, None, "none"
    means = [fmean(each) for each in scores]
    value = fmean(means)
    if definition.metric.unit == "share" and all(len(each) == 1 for each in scores):
        method = definition.metric.method or "wilson"
        of_share = intervals.clopper_pearson if method == "clopper-pearson" else intervals.wilson
        return value, *of_share(round(sum(means)), len(means), LEVEL), method
    return value, *intervals.bootstrap_mean(means, LEVEL, seed), "bootstrap"


def _pass_at_k(verdicts: Sequence[Verdict], seed: int) -> dict[str, Any]:
    """Return pass@k for the usual k up to the least number of scored samples of a problem."""
    tallies = _tallies(verdicts)
    least = min((n for n, _ in tallies.values()), default=0)
    unscored = sum(verdict["status"] == "unscored" for verdict in verdicts)
    found = {}
    for k in [k for k in DRAWS if 1 < k <= least]:
        each = [passk.unbiased(n, c, k) for n, c in tallies.values()]
        estimate = fmean(each), *intervals.bootstrap_mean(each, LEVEL, seed), "bootstrap"
        found[f"pass@{k}"] = {
            **_values(estimate), "n": sum(n for n, _ in tallies.values()), "unscored": unscored,
            "unit": "share", "standard_error": passk.standard_error(each),
        }  # fmt: skip
    return found


def _tallies(verdicts: Sequence[Verdict]) -> dict[str, tuple[int, int]]:
    """Return, for every problem, how many samples were scored and how many of them passed."""
    found: dict[str, tuple[int, int]] = {}
    for verdict in verdicts:
        n, c = found.get(verdict["problem_id"], (0, 0))
        scored = verdict["status"] != "unscored"
        found[verdict["problem_id"]] = n + scored, c + (verdict["status"] == "passed")
    return found
