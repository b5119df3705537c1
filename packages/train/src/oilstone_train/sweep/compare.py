"""Is a configuration better than the default? Only if the interval over the seeds says so."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from oilstone_schemas.intervals import student
from oilstone_train.sweep.search import DEFAULT, Change

LEAST_SEEDS = 3

Trial = Mapping[str, Any]  # {"change", "seed", "steps", "value": number or None, "error"}


def table(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Return a line per configuration, best mean first; those without any value come last.

    `against_default`: mean difference from the default over the seeds that both have, and its
    interval by Student's t, all intervals together at 95 %; None with fewer than two. Negative is
    better.
    """
    runs: dict[str, dict[int, float]] = defaultdict(dict)
    failed: dict[str, int] = defaultdict(int)
    for trial in trials:
        name = _name(trial["change"])
        runs[name]  # a configuration whose every trial failed has a line too
        if trial["value"] is None:
            failed[name] += 1
        else:
            runs[name][trial["seed"]] = trial["value"]
    default = runs.get(_name(DEFAULT), {})
    level = 1 - 0.05 / max(1, len(runs) - 1)  # Bonferroni: the best of many is lucky, too
    lines = [_line(json.loads(n), found, failed[n], default, level) for n, found in runs.items()]
    return sorted(lines, key=lambda line: (line["mean"] is None, line["mean"] or 0.0))


def winner(lines: Sequence[Mapping[str, Any]]) -> Change | None:
    """Return the best configuration whose interval lies below zero over enough seeds, else None."""
    for line in lines:
        difference = line["against_default"]
        if difference and difference["n"] >= LEAST_SEEDS and difference["high"] < 0:
            return dict(line["change"])
    return None


def _line(
    change: Change, found: Mapping[int, float], failed: int, default: Mapping[int, float],
    level: float,
) -> dict[str, Any]:  # fmt: skip
    shared = sorted(found.keys() & default.keys()) if change != DEFAULT else []
    differences = [found[seed] - default[seed] for seed in shared]
    against = None
    if len(differences) > 1:
        low, high = student(differences, level)
        against = {"mean": fmean(differences), "low": low, "high": high, "n": len(differences)}
    mean = fmean(found.values()) if found else None
    return {
        "change": change, "mean": mean, "n": len(found), "failed": failed,
        "against_default": against,
    }  # fmt: skip


def _name(change: Change) -> str:
    return json.dumps(change, sort_keys=True)
