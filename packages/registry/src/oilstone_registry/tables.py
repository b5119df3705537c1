"""The tables. A version's identity never changes, and an event, once written, stays."""

from typing import Any

import sqlalchemy as sa

SCHEMA = 1  # of the tables; a newer registry is refused, an older one migrated

metadata = sa.MetaData()

schema_version = sa.Table(
    "schema_version",
    metadata,
    sa.Column("version", sa.Integer, nullable=False),
)

versions = sa.Table(
    "versions",
    metadata,
    # The lora_int_id of a serving engine: increasing, from 1, never given twice (AUTOINCREMENT).
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("base_digest", sa.Text),
    sa.Column("details", sa.JSON, nullable=False),
    sa.Column("registered_at", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("decision", sa.Text),
    sa.UniqueConstraint("name", "version"),
    sa.UniqueConstraint("name", "digest"),
    sqlite_autoincrement=True,
)

sa.Index(
    "one_production_version",
    versions.c.name,
    unique=True,
    sqlite_where=versions.c.status == "production",
    postgresql_where=versions.c.status == "production",
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("version_id", sa.Integer, sa.ForeignKey("versions.id"), nullable=False),
    sa.Column("from_status", sa.Text),
    sa.Column("to_status", sa.Text, nullable=False),
    sa.Column("decision", sa.Text),
    sa.Column("reason", sa.Text),
    sqlite_autoincrement=True,
)


def _forbid(table: sa.Table, operation: str, why: str) -> None:
    ddl: Any = sa.DDL  # untyped in SQLAlchemy
    trigger = ddl(
        f"CREATE TRIGGER {table.name}_no_{operation.split()[0].lower()} BEFORE {operation}"
        f" ON {table.name} BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )
    sa.event.listen(table, "after_create", trigger.execute_if(dialect="sqlite"))


_forbid(events, "UPDATE", "events are append-only")
_forbid(events, "DELETE", "events are append-only")
_forbid(versions, "DELETE", "a version is retired, never removed")
_forbid(
    versions,
    "UPDATE OF id, name, version, digest, base_digest, details, registered_at",
    "a version is what it was registered as",
)
