"""From outcomes to units: one bounded value per assigned unit, closed by a window.

The unit of the analysis is the unit of the assignment. Requests of one user are not independent,
and a test that counts them finds winners where there are none. A unit belongs to the arm it was
first assigned to, whatever a ramp does later (intention to treat). With a window, units count in
the order of their first assignment, once their window is over; so neither the order nor the number
of outcomes per unit depends on how fast an arm answers. Without one (window 0) a unit is counted
with its first outcome.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Values = Sequence[float | None]  # the outcome, then one value per guardrail, each in [0, 1]


class Outcome(NamedTuple):
    """One outcome; `probability` is that of the candidate's arm, `time` in seconds.

    A closed unit is one too: with the time of its first outcome, and the means of its values, None
    where nothing was measured.
    """

    unit_hash: str
    treated: bool
    probability: float
    time: float
    values: Values


@dataclass(slots=True)
class _Open:
    treated: bool
    probability: float
    sums: list[float]
    counts: list[int]


class Units:
    """Gathers outcomes in the order they are logged and gives each unit once."""

    def __init__(self, window_s: float) -> None:
        self.window_s = window_s
        self.late = 0  # outcomes after their unit was closed: not counted
        self._closed: set[str] = set()
        self._open: dict[str, _Open] = {}
        self._queue: list[tuple[float, str]] = []
        self._now = float("-inf")

    @property
    def pending(self) -> int:
        """How many units wait for the end of their window."""
        return len(self._open)

    def add(self, outcome: Outcome) -> Sequence[Outcome]:
        """Take one outcome; return the units that are closed now."""
        if not self.window_s:
            return self._at_once(outcome)
        due: Sequence[Outcome] = ()
        if outcome.time > self._now:
            self._now = outcome.time
            due = list(self._due(self._now - self.window_s))
        if outcome.unit_hash in self._closed or self._expired(outcome):
            self.late += 1
        else:
            self._gather(outcome)
        return due

    def close(self) -> Iterator[Outcome]:
        """Yield all that are still open, because the experiment has ended."""
        yield from self._due(float("inf"))

    def _at_once(self, outcome: Outcome) -> Sequence[Outcome]:
        hashed = outcome.unit_hash
        if hashed in self._closed:
            self.late += 1
            return ()
        self._closed.add(hashed)
        return (outcome,)

    def _expired(self, outcome: Outcome) -> bool:
        """Tell whether it begins a unit whose window is over: its place in the order is gone."""
        begins = outcome.unit_hash not in self._open
        return begins and outcome.time <= self._now - self.window_s

    def _gather(self, outcome: Outcome) -> None:
        unit = self._open.get(outcome.unit_hash)
        if unit is None:
            size = len(outcome.values)
            unit = _Open(outcome.treated, outcome.probability, [0.0] * size, [0] * size)
            self._open[outcome.unit_hash] = unit
            heapq.heappush(self._queue, (outcome.time, outcome.unit_hash))
        for index, value in enumerate(outcome.values):
            if value is not None:
                unit.sums[index] += value
                unit.counts[index] += 1

    def _due(self, until: float) -> Iterator[Outcome]:
        while self._queue and self._queue[0][0] <= until:
            time, hashed = heapq.heappop(self._queue)
            unit = self._open.pop(hashed)
            self._closed.add(hashed)
            means = zip(unit.sums, unit.counts, strict=True)
            values = [total / count if count else None for total, count in means]
            yield Outcome(hashed, unit.treated, unit.probability, time, values)
