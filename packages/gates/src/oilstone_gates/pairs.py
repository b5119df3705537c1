"""Paired differences: the same sample of the same problem, in the report and in the baseline."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from oilstone_gates.bounds import Measurement
from oilstone_gates.scores import APPLIES, SCORES, Verdict
from oilstone_schemas import intervals

Key = tuple[str, int]
LEVEL = 0.95


@dataclass
class Pairs:
    """Scores of the report and of the baseline, side by side, and how many pairs had none."""

    report: list[float] = field(default_factory=list)
    baseline: list[float] = field(default_factory=list)
    unscored: int = 0


def pair(metric: str, ours: Mapping[Key, Verdict], theirs: Mapping[Key, Verdict]) -> Pairs:
    """Scores both sides of every sample; one that either side lacks or left open is unscored."""
    applies = APPLIES.get(metric, _always)
    pairs = Pairs(unscored=len(ours.keys() ^ theirs.keys()))
    for key in sorted(ours.keys() & theirs.keys()):
        verdicts = ours[key], theirs[key]
        if all(applies(verdict) for verdict in verdicts):
            _add(pairs, *(SCORES[metric](verdict) for verdict in verdicts))
    return pairs


def _always(_: Verdict) -> bool:
    return True


def _add(pairs: Pairs, ours: float | None, theirs: float | None) -> None:
    if ours is None or theirs is None:
        pairs.unscored += 1
        return
    pairs.report.append(ours)
    pairs.baseline.append(theirs)


def difference(pairs: Pairs, seed: int) -> Measurement:
    """Report minus baseline with its paired interval (`oilstone_schemas.intervals`).

    `seed` is the bootstrap's: the same two reports give the same interval.
    """
    n = len(pairs.report)
    if n == 0:
        return Measurement(None, None, None, 0, pairs.unscored)
    value, low, high = intervals.paired_difference(pairs.report, pairs.baseline, LEVEL, seed)
    return Measurement(value, low, high, n, pairs.unscored)
