"""Which version answers: specialist, experiment, arm, and the replica that is least busy.

All that a snapshot decides is worked out once per snapshot (`Route`), not once per request.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from typing import NamedTuple

import orjson

from oilstone_registry import assignment
from oilstone_registry.assignment import CANDIDATE, CONTROL, STEPS, Assignment
from oilstone_registry.router.breaker import Breaker
from oilstone_registry.router.state import Adapter, Fleet, Replica, Snapshot, Specialist, Test
from oilstone_registry.router.stats import Stats

GRACE_S = 1.5  # how long the version before may answer while the new one is not ready yet


class Arm:
    """A version that may answer, as the hot path needs it."""

    __slots__ = ("adapter", "beside", "label", "lines", "model", "name", "served", "tally")

    def __init__(self, adapter: Adapter, name: str, stats: Stats, test: Test | None = None) -> None:
        self.adapter = adapter
        self.tally = stats.of(adapter.name, adapter.version, name)
        self.name = name
        self.label = adapter.label
        self.served = adapter.served
        self.model = orjson.dumps(adapter.served)
        self.lines = f"x-specialist: {adapter.name}\r\nx-adapter-version: {adapter.label}\r\n"
        self.beside = self.served  # what it is compared with
        if test is not None:
            self.beside = (test.candidate if name == CONTROL else test.control).served
            self.lines += f"x-experiment: {test.experiment}\r\nx-arm: {name}\r\n"


class Route:
    """What a name leads to while a snapshot stands."""

    __slots__ = ("before", "candidate", "control", "production", "shadow", "specialist", "test")

    def __init__(self, specialist: Specialist, stats: Stats) -> None:
        test = specialist.test
        self.specialist = specialist
        self.test: Test | None = test
        self.production = Arm(specialist.production, "production", stats)
        before, shadow = specialist.before, specialist.shadow
        self.before = None if before is None else Arm(before, "before", stats)
        self.shadow = None if shadow is None else Arm(shadow, "shadow", stats)
        if test is not None:
            self.control = Arm(test.control, CONTROL, stats, test)
            self.candidate = Arm(test.candidate, CANDIDATE, stats, test)


class Choice(NamedTuple):
    """Who answers a request, and the assignment it counts under, if it counts."""

    arm: Arm
    assigned: Assignment | None


def routes(snapshot: Snapshot, stats: Stats) -> dict[str, Route]:
    """Return the routes by model name."""
    return {name: Route(one, stats) for name, one in snapshot.specialists.items()}


class Chooser:
    """Chooses arms and replicas; holds the circuit breakers."""

    def __init__(self, fleet: Fleet, most: int) -> None:
        """`most`: requests in flight per replica; what is more is refused at once, not queued."""
        self.fleet = fleet
        self.most = most
        self.of_replica: dict[str, Breaker] = {one.url: Breaker() for one in fleet.replicas}
        self.of_served: dict[str, Breaker] = {}
        self._second, self._text = -1, ""
        self._turn = 0

    def choose(self, route: Route, unit: str | None, request_id: str, now: float) -> Choice:
        """Return who answers a request of this unit.

        The test waits, and nobody is assigned or counted, while one of its arms is not ready or
        its breaker is open: an interruption that depends on the past alone does not bias it.
        """
        test = route.test
        if test is None or unit is None or not self._runs(route, now):
            return Choice(self.production(route, now), None)
        key = test.experiment
        hashed = assignment.unit_hash(key, unit)
        steps = test.traffic
        if assignment.treated(hashed, steps):
            arm, share = route.candidate, steps
        else:
            arm, share = route.control, STEPS - steps
        at = self._clock()
        return Choice(
            arm, Assignment(key, hashed, arm.name, arm.label, share / STEPS, at, request_id)
        )

    def _clock(self) -> str:
        """Return what `assignment.clock` does; the second is spelt once."""
        now = time.time()
        second = int(now)
        if second != self._second:
            self._second = second
            self._text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        return f"{self._text}.{int((now - second) * 1000):03d}Z"

    def production(self, route: Route, now: float) -> Arm:
        """Return the production version, or for a moment the one before while it is not ready."""
        arm = route.production
        ready = self.fleet.ready
        if arm.served in ready or route.before is None or route.before.served not in ready:
            return arm
        return route.before if now - route.specialist.changed_at < GRACE_S else arm

    def _runs(self, route: Route, now: float) -> bool:
        ready = self.fleet.ready
        if route.candidate.served not in ready or route.control.served not in ready:
            return False
        breaker = self.of_served.get(route.candidate.served)
        return breaker is None or not breaker.rests(now)

    def replica(
        self, arm: Arm, now: float, tried: Collection[Replica] = ()
    ) -> tuple[Replica | None, bool]:
        """Return the least busy replica that may be asked, and whether one is merely full.

        The arms of a test are asked on the same servers, as long as any has both: else a slow
        server that has one of them would count as that version's slowness.
        """
        ready = self.fleet.ready
        found, other = ready.get(arm.served, ()), ready.get(arm.beside, ())
        if found != other and (both := tuple(one for one in found if one in other)):
            best, full = self._least_busy(both, now, tried)
            if best is not None:
                return best, full
        return self._least_busy(found, now, tried)

    def _least_busy(
        self, found: Sequence[Replica], now: float, tried: Collection[Replica]
    ) -> tuple[Replica | None, bool]:
        best, full = None, False
        self._turn += 1  # equally busy ones take turns
        for number in range(len(found)):
            one = found[(self._turn + number) % len(found)]
            if one in tried:
                continue
            if one.in_flight >= self.most:
                full = True
            elif best is None or one.in_flight < best.in_flight:
                if self.of_replica[one.url].is_open(now):
                    continue
                best = one
        if best is not None and not self.of_replica[best.url].allows(now):
            best = None
        return best, full

    def succeeded(self, replica: Replica, served: str) -> None:
        """An answer was as it should be."""
        breaker = self.of_replica[replica.url]
        if breaker.failures:
            breaker.succeeded()
        one = self.of_served.get(served)
        if one is not None and one.failures:
            one.succeeded()

    def failed(self, replica: Replica | None, served: str, now: float) -> None:
        """An adapter failed, and with it a replica if it is to blame."""
        if replica is not None:
            self.of_replica[replica.url].failed(now)
        self.of_served.setdefault(served, Breaker()).failed(now)

    def forget(self, wanted: Collection[str]) -> None:
        """Drop the breakers of adapters that nothing names any more."""
        for gone in self.of_served.keys() - set(wanted):
            del self.of_served[gone]
