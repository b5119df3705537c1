"""Is the whole registry what its log says, and is everything in its store what it was?"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from oilstone_registry import audit
from oilstone_registry.database import Registry
from oilstone_registry.promote import history
from oilstone_registry.proof import kept
from oilstone_registry.tables import aliases, outcomes, versions
from oilstone_schemas.command import CheckFailed, OilstoneError


def verify(registry: Registry, head: str | None = None) -> dict[str, Any]:
    """Check the chain, the tables, the aliases and every stored file; return what was checked.

    `head` is the hash of an event that somebody noted down: the log must still hold it, or its end
    was cut off. Raises CheckFailed with everything that is wrong.
    """
    with registry.reading() as connection:
        connection.execute(sa.select(outcomes).limit(1))  # a table that no event speaks of
        log = list(audit.read(connection))
        problems = [*_log_problems(connection, log, head), *_aliases(connection)]
        rows = list(connection.execute(sa.select(versions).order_by(versions.c.id)).mappings())
    problems += _stored(registry, rows)
    if problems:
        raise CheckFailed("\n".join(f"{registry.place}: {problem}" for problem in problems))
    return {
        "events": len(log),
        "versions": len(rows),
        "head": log[-1]["hash"] if log else audit.FIRST,
    }


def _log_problems(
    connection: sa.Connection, log: list[dict[str, Any]], head: str | None
) -> Iterator[str]:
    yield from audit.broken(log)
    try:
        yield from audit.differences(connection, audit.replay(log))
    except (KeyError, ValueError, TypeError) as error:
        yield f"the log cannot be replayed: {error!r}"
    if head is not None and head not in {event["hash"] for event in log}:
        yield f"no event has the hash {head}: the log was cut off or written anew"


def _aliases(connection: sa.Connection) -> Iterator[str]:
    """The alias points to the one version in production, and the log's story agrees."""
    pointed = {row["name"]: row for row in connection.execute(sa.select(aliases)).mappings()}
    query = sa.select(versions).where(versions.c.status == "production")
    live = {row["name"]: row["id"] for row in connection.execute(query).mappings()}
    for name in sorted(pointed.keys() | live.keys()):
        at = pointed[name]["version_id"] if name in pointed else None
        if at != live.get(name) or history(connection, name)[-1:] != [at]:
            yield f"{name}: alias, status and log name different production versions"


def _stored(registry: Registry, rows: list[sa.RowMapping]) -> Iterator[str]:
    store = registry.store
    for row in rows:
        try:
            store.require(row["digest"], row["seal"])
            if row["decision"] is not None:
                kept(store, row["decision"])
        except OilstoneError as error:
            yield f"{row['name']}@{row['version']}: {error}"
