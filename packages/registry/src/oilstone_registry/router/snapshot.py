"""Reads the registry for the router: what is in production, in test, and wanted on the servers."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import sqlalchemy as sa

from oilstone_registry import lifecycle
from oilstone_registry.audit import Row
from oilstone_registry.experiments import RUNNING
from oilstone_registry.router.state import Adapter, Snapshot, Specialist, Test
from oilstone_registry.tables import aliases, events, experiments, versions

SOON = (lifecycle.TESTING, lifecycle.CANDIDATE, lifecycle.GATED)  # may be promoted next


def last_event(connection: sa.Connection) -> int:
    """Return the number of the last event: as long as it is the same, so is the registry."""
    return int(connection.execute(sa.select(sa.func.max(events.c.id))).scalar() or 0)


def read(
    connection: sa.Connection, soon: int, shadows: Mapping[str, str] | None = None
) -> Snapshot:
    """Return the registry at this moment.

    `soon` is how many versions per name are loaded ahead of their promotion, newest first;
    `shadows` are versions by name that get copies of requests.
    """
    rows = connection.execute(sa.select(versions).order_by(versions.c.id)).mappings()
    known = {row["id"]: _adapter(row) for row in rows}
    running = sa.select(experiments).where(experiments.c.status == RUNNING)
    tests = {row["name"]: row for row in connection.execute(running).mappings()}
    query = sa.select(aliases).where(aliases.c.alias == lifecycle.PRODUCTION)
    found: dict[str, Specialist] = {}
    for row in connection.execute(query.order_by(aliases.c.name)).mappings():
        found[row["name"]] = _specialist(row, tests.get(row["name"]), known)
    for name, version in (shadows or {}).items():
        copy = next((one for one in known.values() if one.label == f"{name}@{version}"), None)
        if name in found and copy is not None:
            found[name] = replace(found[name], shadow=copy)
    wanted = _wanted(found, list(known.values()), soon)
    return Snapshot(last_event(connection), found, wanted)


def follow(before: Snapshot, now: Snapshot) -> Snapshot:
    """Return `now` with what only a comparison tells: what production replaced, and when."""
    moved = {}
    for name, specialist in now.specialists.items():
        old = before.specialists.get(name)
        if old is None:
            continue
        if old.production.digest == specialist.production.digest:
            moved[name] = replace(specialist, before=old.before, changed_at=old.changed_at)
        else:
            moved[name] = replace(specialist, before=old.production, changed_at=time.monotonic())
    return replace(now, specialists={**now.specialists, **moved})


def _adapter(row: Row) -> Adapter:
    return Adapter(
        row["name"],
        row["version"],
        row["digest"],
        row["id"],
        row["status"],
        tuple(str(one) for one in row["domains"]),
    )


def _specialist(row: Row, test: Row | None, known: Mapping[int, Adapter]) -> Specialist:
    running = None
    if test is not None:
        control, candidate = known[test["control_id"]], known[test["candidate_id"]]
        unit = str(test["plan"]["unit"])
        running = Test(test["experiment"], unit, int(test["traffic"]), control, candidate)
    before = None if row["previous_id"] is None else known[row["previous_id"]]
    production = known[row["version_id"]]
    return Specialist(row["name"], production, row["generation"], running, before)


def _wanted(
    found: Mapping[str, Specialist], known: list[Adapter], soon: int
) -> tuple[Adapter, ...]:
    """Return what servers should have loaded, the most needed first, each once."""
    some = list(found.values())
    wanted = [one.production for one in some]
    wanted += [one.test.candidate for one in some if one.test is not None]
    wanted += [one.shadow for one in some if one.shadow is not None]
    wanted += [one.before for one in some if one.before is not None]
    for name in found:
        next_ = [one for one in known if one.name == name and one.status in SOON]
        wanted += next_[::-1][:soon]
    return tuple(dict.fromkeys(wanted))
