"""What the router counts: cheap enough for every request, rendered by the page and /metrics."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

# Seconds, upper ends; what is longer is in the last one, which has no end.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Histogram:
    """Counts by bucket, not cumulative; the last count is of what is above all of them."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        """Count a duration."""
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.total += seconds


class Tally:
    """What one version did in one arm."""

    __slots__ = ("bytes", "failures", "first", "statuses", "whole")

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.failures: Counter[str] = Counter()  # by kind: answer.Failure's, status or empty
        self.first = Histogram()  # to the first byte
        self.whole = Histogram()  # to the last one
        self.bytes = 0


class Stats:
    """All counts of a router since it started."""

    def __init__(self) -> None:
        self.tallies: dict[tuple[str, str, str], Tally] = {}  # name, version, arm
        self.refused: Counter[str] = Counter()  # requests not passed on, by reason
        self.outcomes: Counter[str] = Counter()  # by result: new, repeated, refused, lost
        self.shadow: Counter[str] = Counter()  # copies: sent, dropped, failed
        self.failovers = 0

    def of(self, name: str, version: str, arm: str) -> Tally:
        """Return the tally of a version in an arm."""
        key = (name, version, arm)
        found = self.tallies.get(key)
        if found is None:
            found = self.tallies[key] = Tally()
        return found
