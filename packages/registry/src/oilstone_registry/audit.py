"""The audit log: who did what, when and why, as a hash chain from which the tables follow.

An event holds every row that it changed, as it is afterwards; so replaying the events gives the
tables. Its hash covers all of it and the hash before: whoever edits, removes or inserts an event
breaks the chain, and whoever edits a table breaks the replay.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from oilstone_registry.tables import REPLAYED, events
from oilstone_schemas import canonical

FIRST = "0" * 64
LAST = sa.select(events.c.id, events.c.hash).order_by(events.c.id.desc()).limit(1)
Row = Mapping[str, Any] | sa.RowMapping
State = dict[str, dict[tuple[Any, ...], dict[str, Any]]]


class Act(NamedTuple):
    """Who does something, and why if they said so."""

    actor: str
    reason: str | None = None


class Subject(NamedTuple):
    """What an event is about: a name, one version of it, and that version's move."""

    name: str
    version: str | None = None
    before: str | None = None
    after: str | None = None


def now() -> str:
    """Return the time, UTC, to the second."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def record(
    connection: sa.Connection,
    act: Act,
    action: str,
    subject: Subject,
    changed: Iterable[tuple[str, Row]],
) -> None:
    """Append an event; `changed` names table and row, as it is after the change.

    In the same transaction as the change, under the write lock.
    """
    before = connection.execute(LAST).one_or_none()
    event = {
        "id": 1 if before is None else before.id + 1,
        "at": now(),
        "actor": act.actor,
        "action": action,
        "reason": act.reason,
        "name": subject.name,
        "version": subject.version,
        "from_status": subject.before,
        "to_status": subject.after,
        "changes": canonical.canonical([[table, dict(row)] for table, row in changed]).decode(),
        "previous": FIRST if before is None else before.hash,
    }
    connection.execute(events.insert(), event | {"hash": digest(event)})


def digest(event: Row) -> str:
    """Return the hash of an event: of everything in it but the hash itself."""
    return canonical.digest({key: value for key, value in event.items() if key != "hash"})


def put(connection: sa.Connection, table: str, row: Row) -> tuple[str, dict[str, Any]]:
    """Write a row, over the one with its key or as a new one; return it as `record` takes it."""
    target, key = REPLAYED[table]
    same = sa.and_(*(target.c[column] == row[column] for column in key))
    values = {column: value for column, value in row.items() if column not in key}
    if not connection.execute(target.update().where(same).values(values)).rowcount:
        connection.execute(target.insert().values(dict(row)))
    return table, dict(row)


def changed(changes: str, table: str) -> dict[str, Any]:
    """Return the row of a table that an event changed; raises KeyError when it changed none."""
    return {name: row for name, row in canonical.loads(changes)}[table]  # type: ignore[no-any-return]


def read(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    """Yield the events in their order."""
    for row in connection.execute(sa.select(events).order_by(events.c.id)).mappings():
        yield dict(row)


def broken(log: Iterable[Row]) -> Iterator[str]:
    """Yield what is wrong with a chain of events, the first break first."""
    previous, number = FIRST, 0
    for event in log:
        number += 1
        if event["id"] != number:
            yield f"event {number} is missing; after event {number - 1} comes event {event['id']}"
            number = event["id"]
        if event["previous"] != previous:
            yield f"event {event['id']} does not follow the event before it"
        if event["hash"] != digest(event):
            yield f"event {event['id']} is not what was written: its hash does not fit its content"
        previous = event["hash"]


def replay(log: Iterable[Row]) -> State:
    """Return the tables that follow from the events: {table: {key: row}}."""
    state: State = {table: {} for table in REPLAYED}
    for event in log:
        for table, row in canonical.loads(event["changes"]):
            state[table][tuple(row[column] for column in REPLAYED[table][1])] = row
    return state


def differences(connection: sa.Connection, state: State) -> Iterator[str]:
    """Yield where the tables are not what the events say."""
    for table, (target, key) in REPLAYED.items():
        found = {
            tuple(row[column] for column in key): dict(row)
            for row in connection.execute(sa.select(target)).mappings()
        }
        for one in sorted(found.keys() | state[table].keys(), key=str):
            if found.get(one) != state[table].get(one):
                yield f"{table} {'/'.join(map(str, one))} is not what the events say"
