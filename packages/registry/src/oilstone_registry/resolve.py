"""Which version a person means by NAME, NAME@VERSION or NAME@DIGEST."""

from collections.abc import Sequence

import sqlalchemy as sa

from oilstone_registry.lifecycle import alias, named, one
from oilstone_registry.names import Reference
from oilstone_schemas.command import OilstoneError


def version(rows: Sequence[sa.RowMapping], asked: Reference) -> sa.RowMapping:
    """Return the one version that is meant; a name alone means its only one.

    Raises OilstoneError, with those there are, when it is none or several.
    """
    if not rows:
        raise OilstoneError(f"nothing is registered as {asked.name}; register the adapter first")
    found = [row for row in rows if _meant(row, asked)]
    if len(found) != 1:
        known = ", ".join(f"{row['version']} ({row['digest'][:12]})" for row in rows)
        count = "several versions" if found else "no version"
        wanted = asked.version or asked.digest or "and none was named"
        raise OilstoneError(f"{asked.name} has {count} {wanted}; there are {known}")
    return found[0]


def named_or_production(connection: sa.Connection, asked: Reference) -> sa.RowMapping:
    """Return the version that is meant; a name alone means its production version."""
    if asked.version is None and asked.digest is None:
        pointer = alias(connection, asked.name)
        if pointer is not None:
            return one(connection, pointer["version_id"])
    return version(named(connection, asked.name), asked)


def _meant(row: sa.RowMapping, asked: Reference) -> bool:
    if asked.digest is not None:
        return bool(row["digest"].startswith(asked.digest))
    return asked.version in (None, row["version"])
