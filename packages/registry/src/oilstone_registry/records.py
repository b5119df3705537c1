"""The registry as rows that anybody can read: adapters.v1, event.v1, abtest.v1."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from oilstone_registry import results, view
from oilstone_registry.assignment import STEPS
from oilstone_registry.audit import Row
from oilstone_registry.lifecycle import one
from oilstone_registry.tables import events, experiments, versions


def adapters(connection: sa.Connection, name: str) -> Iterator[dict[str, Any]]:
    """Yield the versions of a name as adapters.v1."""
    used = view.usage(connection)
    query = sa.select(versions).where(versions.c.name == name).order_by(versions.c.id)
    for row in connection.execute(query).mappings():
        shown = view.public(row, used)
        del shown["details"]  # free-form; the adapter's own manifest holds it
        yield shown


def log(connection: sa.Connection, name: str) -> Iterator[dict[str, Any]]:
    """Yield the events of a name as event.v1."""
    query = sa.select(events).where(events.c.name == name).order_by(events.c.id)
    for row in connection.execute(query).mappings():
        yield dict(row)


def abtests(connection: sa.Connection, name: str) -> Iterator[dict[str, Any]]:
    """Yield the tests of a name as abtest.v1."""
    query = sa.select(experiments).where(experiments.c.name == name).order_by(experiments.c.id)
    for row in connection.execute(query).mappings():
        yield abtest(connection, row)


def abtest(connection: sa.Connection, row: Row) -> dict[str, Any]:
    """Return a test with what its outcomes show now, or showed when it was closed."""
    found = results.of(connection, row, ended=row["closed_at"] is not None)
    value, low, high = found.interval()
    return {
        "experiment": row["experiment"],
        "name": row["name"],
        "control": one(connection, row["control_id"])["version"],
        "candidate": one(connection, row["candidate_id"])["version"],
        "status": row["status"],
        "started_at": row["started_at"],
        "closed_at": row["closed_at"],
        "traffic": row["traffic"] / STEPS,
        "unit": row["plan"]["unit"],
        "verdict": found.verdict,
        "closed_as": row["verdict"],
        "units": found.evidence.n,
        "effect": value,
        "low": low,
        "high": high,
        "level": 1 - row["plan"]["alpha"],
        "e_better": found.evidence.better,
        "e_worse": found.evidence.worse,
        "sample_ratio_alarm": found.ratio.alarm,
    }
