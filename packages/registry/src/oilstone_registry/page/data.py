"""What the status page shows, as data: from the router and, when it changed, the registry."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from oilstone_registry.audit import Row
from oilstone_registry.database import Registry
from oilstone_registry.lifecycle import CANDIDATE, GATED, PRODUCTION, RETIRED, TESTING
from oilstone_registry.router.state import Adapter, Replica, Specialist, State
from oilstone_registry.router.stats import BUCKETS, Histogram
from oilstone_registry.store import Store
from oilstone_registry.tables import decisions, events, versions

if TYPE_CHECKING:
    from oilstone_registry.router.router import Router

EVENTS = 50
PROMOTABLE = (GATED, CANDIDATE, TESTING, RETIRED)
Json = dict[str, Any]


class Books(NamedTuple):
    """The registry's part, as of an event."""

    event: int
    versions: dict[str, list[Json]]  # by name
    events: list[Json]  # the last ones first


class Reader:
    """Reads the registry anew only when its log has grown."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._books = Books(-1, {}, [])
        self._store: Store | None = None

    @property
    def store(self) -> Store:
        """Where copies are kept; reads the registry once."""
        if self._store is None:
            self._store = self.registry.store
        return self._store

    async def books(self, event: int) -> Books:
        """Return what stands in the registry, at least up to an event."""
        if self._books.event < event:
            self._books = await asyncio.to_thread(self._read)
        return self._books

    def _read(self) -> Books:
        listed = sa.select(versions, decisions.c.report, decisions.c.verdict).join(
            decisions, decisions.c.digest == versions.c.decision, isouter=True
        )
        logged = sa.select(events).order_by(events.c.id.desc()).limit(EVENTS)
        with self.registry.reading() as connection:
            last = connection.execute(sa.select(sa.func.max(events.c.id))).scalar() or 0
            rows = connection.execute(listed.order_by(versions.c.id.desc())).mappings().all()
            log = [_event(row) for row in connection.execute(logged).mappings()]
        found: dict[str, list[Json]] = {}
        for row in rows:
            found.setdefault(row["name"], []).append(self._version(row))
        return Books(last, found, log)

    def _version(self, row: Row) -> Json:
        keys = ("version", "digest", "status", "offline_success_rate", "registered_at", "decision")
        shown = {key: row[key] for key in keys} | {"lora_int_id": row["id"]}
        kept = row["report"] is not None and self.store.holds(row["report"])
        return shown | {"report": row["report"], "report_kept": kept, "verdict": row["verdict"]}


def _event(row: Row) -> Json:
    keys = ("id", "at", "actor", "action", "reason", "name", "version", "hash")
    return {key: row[key] for key in keys} | {"from": row["from_status"], "to": row["to_status"]}


async def gather(router: Router, reader: Reader) -> Json:
    """Return everything that the page shows."""
    books = await reader.books(router.snapshot.event)
    some = [_specialist(router, one, books) for one in router.snapshot.specialists.values()]
    return {
        "at": time.time(),
        "started_at": router.started_at,
        "draining": router.draining,
        "problems": list(_problems(router)),
        "specialists": some,
        "waiting": sorted(books.versions.keys() - router.snapshot.specialists.keys()),
        "replicas": [_replica(router, one) for one in router.fleet.replicas],
        "traffic": [_traffic(key, tally) for key, tally in sorted(router.stats.tallies.items())],
        "outcomes": dict(router.stats.outcomes),
        "judged": {} if router.judge is None else dict(router.judge.counts),
        "refused": dict(router.stats.refused),
        "events": books.events,
    }


def _problems(router: Router) -> Any:
    """Yield what somebody should look at, in sentences."""
    if router.watcher.error:
        yield f"The registry cannot be read; what was read last is served. {router.watcher.error}"
    if router.recorder.error:
        yield f"Outcomes cannot be stored just now. {router.recorder.error}"
    if router.keys.error:
        yield f"The keys cannot be read again; the last good ones count. {router.keys.error}"
    if router.judge is not None and router.judge.error:
        yield f"Answers are not judged. {router.judge.error}"
    for replica in router.fleet.replicas:
        for name, served in replica.served.items():
            if served.state is State.REFUSED:
                yield f"{replica.url} gets no traffic for {name}: {served.reason}"
    for one in router.snapshot.specialists.values():
        if one.production.served not in router.fleet.ready:
            yield f"{one.production.label} is in production and no server has it ready."


def _specialist(router: Router, one: Specialist, books: Books) -> Json:
    listed = [
        version | _standing(router, one, version) for version in books.versions.get(one.name, [])
    ]
    return {
        "name": one.name,
        "production": one.production.version,
        "generation": one.generation,
        "before": None if one.before is None else one.before.version,
        "shadow": None if one.shadow is None else one.shadow.version,
        "versions": listed,
        "test": _test(router, one),
    }


def _standing(router: Router, one: Specialist, version: Json) -> Json:
    served = Adapter(one.name, version["version"], version["digest"], 0, "").served
    return {
        "served": served,
        "ready": len(router.fleet.ready.get(served, ())),
        "replicas": len(router.fleet.replicas),
        "may_be_promoted": version["status"] in PROMOTABLE and version["status"] != PRODUCTION,
    }


def _test(router: Router, one: Specialist) -> Json | None:
    if one.test is None:
        return None
    said: Json = {
        "experiment": one.test.experiment,
        "control": one.test.control.version,
        "candidate": one.test.candidate.version,
        "unit": one.test.unit,
        "traffic": one.test.traffic / 10_000,
    }
    live = router.live.get(one.name)
    if live is None or live.experiment != one.test.experiment:
        return said | {"summary": None}
    more = {"summary": live.summary, "reason": live.reason, "curve": live.curve}
    return said | more | {"started_at": live.started_at}


def _replica(router: Router, replica: Replica) -> Json:
    breaker = router.chooser.of_replica[replica.url]
    served = [
        {"name": name, "state": str(one.state), "reason": one.reason, "since": one.since}
        for name, one in sorted(replica.served.items())
    ]
    return {
        "url": replica.url,
        "in_flight": replica.in_flight,
        "breaker_open": breaker.is_open(time.monotonic()),
        "breaker_opened": breaker.opened,
        "served": served,
    }


def _traffic(key: tuple[str, str, str], tally: Any) -> Json:
    name, version, arm = key
    return {
        "name": name,
        "version": version,
        "arm": arm,
        "requests": sum(tally.statuses.values()),
        "failures": dict(tally.failures),
        "first_p50_s": quantile(tally.first, 0.5),
        "whole_p50_s": quantile(tally.whole, 0.5),
        "whole_p95_s": quantile(tally.whole, 0.95),
    }


def quantile(found: Histogram, share: float) -> float | None:
    """Return the upper end, in seconds, of the bucket that holds a quantile; None without counts.

    What lies above the last bucket counts as that bucket's end.
    """
    total = sum(found.counts)
    if not total:
        return None
    seen = 0
    for end, count in zip(BUCKETS, found.counts, strict=False):
        seen += count
        if seen >= share * total:
            return end
    return BUCKETS[-1]
