"""What was seen becomes metrics, each with its interval."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

from oilstone_schemas import intervals
from oilstone_train.probe.look import Seen
from oilstone_train.stage2 import gates

LEVEL = 0.95
Record = dict[str, Any]
Runs = Mapping[int | None, Sequence[Seen]]  # by chunk size; None: memories switched off


def of(runs: Runs, answers: Sequence[str], size: int) -> dict[str, Record]:
    """Return the metrics of conversations seen at several chunk sizes, and without memories.

    `answers`: what was to be found, for the rate that luck would give. `size`: the chunk size at
    which adapters are served.
    """
    served, without = runs[size], runs[None]
    curve = resolution(runs)
    apart = [_nats(o) - _nats(s) for s, o in zip(served, without, strict=True)]
    return {
        "niah_accuracy": share([seen.found for seen in served]),
        "niah_accuracy_without": share([seen.found for seen in without]),
        "niah_chance": plain(luck(answers), len(answers), "share"),
        "memory_contribution": mean(apart, "paired-bootstrap"),
        "resolution_cv": plain(stdev(curve.values()) / fmean(curve.values()), len(curve), "score"),
        "polarized_share": _decided(served, gates.SHUT, gates.OPEN),
        "polarized_share_strict": _decided(served, *gates.STRICT),
        **{f"perplexity_chunk_{at}": plain(value, len(served), "perplexity")
           for at, value in curve.items()},
        "perplexity_without": plain(_perplexity(without), len(without), "perplexity"),
    }  # fmt: skip


def resolution(runs: Runs) -> dict[int, float]:
    """Return the perplexity at each chunk size."""
    return {size: _perplexity(seen) for size, seen in runs.items() if size is not None}


def luck(answers: Sequence[str]) -> float:
    """Return how often an answer drawn from another conversation would be right."""
    count = len(answers)
    same = sum(n * (n - 1) for n in Counter(answers).values())
    return same / (count * (count - 1)) if count > 1 else 0.0


def share(hits: Sequence[bool]) -> Record:
    """Return the record of a share, with Wilson's interval."""
    low, high = intervals.wilson(sum(hits), len(hits), LEVEL)
    return record(sum(hits) / len(hits), len(hits), "share", low, high, "wilson")


def mean(values: Sequence[float], method: str) -> Record:
    """Return the record of a mean over conversations, bootstrapped over them."""
    low, high = intervals.bootstrap_mean(values, LEVEL)
    return record(fmean(values), len(values), "score", low, high, method)


def plain(value: float, n: int, unit: str) -> Record:
    """Return the record of a number that has no interval."""
    return record(value, n, unit, None, None, "none")


def _decided(seen: Sequence[Seen], shut: float, opened: float) -> Record:
    """Return the share of gates that decided; the tokens of a conversation are drawn together."""
    shares = [gates.polarized(one.gates, shut, opened) / len(one.gates) for one in seen]
    found = mean(shares, "bootstrap")
    return {**found, "unit": "share", "n": sum(len(one.gates) for one in seen)}


def _perplexity(seen: Sequence[Seen]) -> float:
    return math.exp(sum(one.nats for one in seen) / sum(one.tokens for one in seen))


def _nats(one: Seen) -> float:
    return one.nats / one.tokens


def record(
    value: float, n: int, unit: str, low: float | None, high: float | None, method: str
) -> Record:
    """Return a record of metrics.v1 over `n` conversations, all of them judged."""
    return {"value": value, "n": n, "unscored": 0, "low": low, "high": high, "level": LEVEL,
            "method": method, "unit": unit}  # fmt: skip
