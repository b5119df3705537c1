"""What may become of a version; every move is an event in the same transaction.

registered -> gated -> candidate -> testing -> production -> retired; a gated version may skip the
test, a retired one that was proven may come back.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from oilstone_registry import audit
from oilstone_registry.audit import Act, Row, Subject
from oilstone_registry.tables import aliases, versions
from oilstone_schemas.command import CheckFailed

REGISTERED, GATED, CANDIDATE = "registered", "gated", "candidate"
TESTING, PRODUCTION, RETIRED = "testing", "production", "retired"

NEXT = {
    REGISTERED: {GATED},
    GATED: {GATED, CANDIDATE, PRODUCTION},  # to itself: confirmed by a newer decision
    CANDIDATE: {CANDIDATE, TESTING, PRODUCTION, RETIRED},
    TESTING: {TESTING, CANDIDATE, PRODUCTION, RETIRED},
    PRODUCTION: {PRODUCTION, RETIRED},
    RETIRED: {RETIRED, CANDIDATE, PRODUCTION},
}


def move(
    connection: sa.Connection,
    row: Row,
    status: str,
    act: Act,
    action: str,
    *,
    also: Iterable[tuple[str, Row]] = (),
    **changes: Any,
) -> dict[str, Any]:
    """Give a version another status, and say so in the log; return the row as it is now.

    `changes` are further columns of it, `also` rows already written that belong to the same event.
    Raises CheckFailed for a move that is not legal.
    """
    if status not in NEXT[row["status"]]:
        legal = ", ".join(sorted(NEXT[row["status"]]))
        raise CheckFailed(
            f"refused: {row['name']}@{row['version']} is {row['status']} and cannot become"
            f" {status}; from there it may become {legal}"
        )
    changed = dict(row) | {"status": status} | changes
    written = audit.put(connection, "versions", changed)
    subject = Subject(row["name"], row["version"], row["status"], status)
    audit.record(connection, act, action, subject, [written, *also])
    return changed


def named(connection: sa.Connection, name: str) -> list[sa.RowMapping]:
    """Return the versions of a name, in the order they were registered."""
    query = sa.select(versions).where(versions.c.name == name).order_by(versions.c.id)
    return list(connection.execute(query).mappings())


def one(connection: sa.Connection, version_id: int) -> sa.RowMapping:
    """Return a version by its id."""
    query = sa.select(versions).where(versions.c.id == version_id)
    return connection.execute(query).mappings().one()


def alias(connection: sa.Connection, name: str, called: str = PRODUCTION) -> sa.RowMapping | None:
    """Return an alias of a name, with its generation; None while it points nowhere."""
    query = sa.select(aliases).where(aliases.c.name == name, aliases.c.alias == called)
    return connection.execute(query).mappings().one_or_none()


def point(
    connection: sa.Connection, name: str, version_id: int, previous_id: int | None
) -> tuple[str, Row]:
    """Point the production alias elsewhere; its generation grows by one."""
    before = alias(connection, name)
    generation = 1 if before is None else before["generation"] + 1
    row = {"name": name, "alias": PRODUCTION, "version_id": version_id}
    return audit.put(
        connection, "aliases", row | {"previous_id": previous_id, "generation": generation}
    )


def expect(connection: sa.Connection, name: str, generation: int | None) -> None:
    """Compare before the swap: raises CheckFailed when somebody else has moved the alias."""
    now = alias(connection, name)
    found = 0 if now is None else now["generation"]
    if generation is not None and generation != found:
        raise CheckFailed(
            f"refused: the production alias of {name} is at generation {found}, not"
            f" {generation}: somebody moved it since; look at `oilstone-registry show {name}` and"
            " decide again"
        )
