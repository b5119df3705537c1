"""What may become of a version. Every move is an event in the same transaction."""

from datetime import UTC, datetime
from typing import NamedTuple

import sqlalchemy as sa

from oilstone_registry.tables import events, versions

REGISTERED, PRODUCTION, PREVIOUS, RETIRED = "registered", "production", "previous", "retired"

NEXT = {
    REGISTERED: {PRODUCTION},
    PRODUCTION: {PRODUCTION, PREVIOUS},  # to itself: confirmed by a newer decision
    PREVIOUS: {PRODUCTION, RETIRED},
    RETIRED: {PRODUCTION},
}


class Act(NamedTuple):
    """Who does something, and why if they said so."""

    actor: str
    reason: str | None = None


def now() -> str:
    """Return the time, UTC, to the second."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def move(
    connection: sa.Connection,
    row: sa.RowMapping,
    status: str,
    act: Act,
    decision: str | None = None,
) -> None:
    """Give a version another status, and say so in the log. Raises ValueError if it may not."""
    if status not in NEXT[row["status"]]:
        raise ValueError(f"a version that is {row['status']} cannot become {status}")
    changed = {"status": status} if decision is None else {"status": status, "decision": decision}
    connection.execute(versions.update().where(versions.c.id == row["id"]).values(changed))
    log(connection, row["id"], row["status"], status, act, decision)


def log(
    connection: sa.Connection,
    version_id: int,
    before: str | None,
    after: str,
    act: Act,
    decision: str | None = None,
) -> None:
    """Append an event."""
    row = {"at": now(), "actor": act.actor, "reason": act.reason, "version_id": version_id}
    moved = {"from_status": before, "to_status": after, "decision": decision}
    connection.execute(events.insert().values(row | moved))
