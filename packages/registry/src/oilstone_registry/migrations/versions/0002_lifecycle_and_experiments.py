"""Aliases, decisions, pins, experiments, outcomes; the log becomes a hash chain.

What the older tables hold is taken over: their events are told again, in the new form. Everything
here is as it was when this step was written, whatever the package's tables become later.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from oilstone_schemas import canonical

revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None
Rows = list[dict[str, Any]]


def upgrade() -> None:
    """Make the new tables and tell the old log again."""
    connection = op.get_bind()
    old_versions, old_events = _rows(connection, "versions"), _rows(connection, "events")
    for table in ("events", "versions", "schema_version"):
        op.drop_table(table)
    tables = {table.name: table for table in (_versions(), *_pointers(), *_tests(), _events())}
    op.create_table("settings", _text("key", primary_key=True), _text("value"))
    _indexes()
    _protect(connection)
    if old_versions:
        _take_over(connection, tables, old_versions, old_events)


def downgrade() -> None:
    """Go back no further: the older log has no place for what is in this one."""
    raise NotImplementedError


def _text(name: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, **({"nullable": False} | more))


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)


def _link(name: str, table: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(f"{table}.id"), **({"nullable": False} | more))


def _versions() -> sa.Table:
    return op.create_table(
        "versions",
        _id(),
        *(_text(name) for name in ("name", "version", "digest")),
        *(_text(name, nullable=True) for name in ("seal", "base_digest", "base_model")),
        sa.Column("rank", sa.Integer),
        sa.Column("domains", sa.JSON, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        _text("registered_at"),
        _text("status"),
        _text("decision", nullable=True),
        sa.Column("offline_success_rate", sa.Float),
        sa.UniqueConstraint("name", "version", name="one_version"),
        sa.UniqueConstraint("name", "digest", name="one_digest"),
        sqlite_autoincrement=True,
    )


def _pointers() -> Iterator[sa.Table]:
    yield op.create_table(
        "aliases",
        _text("name", primary_key=True),
        _text("alias", primary_key=True),
        _link("version_id", "versions"),
        _link("previous_id", "versions", nullable=True),
        sa.Column("generation", sa.Integer, nullable=False),
    )
    yield op.create_table("pins", _text("name", primary_key=True), _text("gates"))
    columns = [_text(name) for name in ("adapter", "report", "gates", "verdict")]
    yield op.create_table("decisions", _text("digest", primary_key=True), *columns)


def _tests() -> Iterator[sa.Table]:
    yield op.create_table(
        "experiments",
        _id(),
        _text("experiment", unique=True),
        _text("name"),
        _link("control_id", "versions"),
        _link("candidate_id", "versions"),
        sa.Column("plan", sa.JSON, nullable=False),
        sa.Column("traffic", sa.Integer, nullable=False),
        _text("status"),
        _text("verdict", nullable=True),
        _text("started_at"),
        _text("closed_at", nullable=True),
        sqlite_autoincrement=True,
    )
    yield op.create_table(
        "outcomes",
        _id(),
        _link("experiment_id", "experiments"),
        _link("version_id", "versions"),
        *(_text(name) for name in ("request_id", "unit_hash", "arm")),
        sa.Column("probability", sa.Float, nullable=False),
        _text("time"),
        sa.Column("outcome", sa.Float, nullable=False),
        _text("kind"),
        sa.Column("confidence", sa.Float),
        sa.Column("latency_ms", sa.Float),
        sa.UniqueConstraint("experiment_id", "request_id", name="one_outcome"),
        sqlite_autoincrement=True,
    )


def _events() -> sa.Table:
    optional = ("version", "from_status", "to_status")
    return op.create_table(
        "events",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        *(_text(name) for name in ("at", "actor", "action")),
        _text("reason", nullable=True),
        _text("name"),
        *(_text(name, nullable=True) for name in optional),
        *(_text(name) for name in ("changes", "previous", "hash")),
    )


def _indexes() -> None:
    op.create_index("outcomes_of_unit", "outcomes", ["experiment_id", "unit_hash"])
    for name, table, status in (
        ("one_production_version", "versions", "production"),
        ("one_running_experiment", "experiments", "running"),
    ):
        where = sa.text(f"status = '{status}'")
        op.create_index(
            name, table, ["name"], unique=True, sqlite_where=where, postgresql_where=where
        )


IDENTITY = "id, name, version, digest, seal, base_digest, base_model, rank, registered_at"
FORBIDDEN = (
    ("events", "UPDATE", "events are append-only"),
    ("events", "DELETE", "events are append-only"),
    ("outcomes", "UPDATE", "outcomes are append-only"),
    ("outcomes", "DELETE", "outcomes are append-only"),
    ("versions", "DELETE", "a version is retired, never removed"),
    ("versions", f"UPDATE OF {IDENTITY}", "a version is what it was registered as"),
    ("decisions", "UPDATE", "a decision is what it was"),
    ("decisions", "DELETE", "a decision is what it was"),
)


def _protect(connection: sa.Connection) -> None:
    """Let the database itself refuse to rewrite history."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            "CREATE FUNCTION oilstone_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = '23000'; END $$"
        )
    for table, operation, why in FORBIDDEN:
        when = _changed(connection.dialect.name) if operation.startswith("UPDATE OF") else ""
        action = f"{when} BEGIN SELECT RAISE(ABORT, '{why}'); END"
        if connection.dialect.name == "postgresql":
            action = f"FOR EACH ROW {when} EXECUTE FUNCTION oilstone_refuse('{why}')"
        name = f"{table}_no_{operation.split()[0].lower()}"
        connection.exec_driver_sql(f"CREATE TRIGGER {name} BEFORE {operation} ON {table} {action}")


def _changed(dialect: str) -> str:
    """Only a change counts: an update may name a column and leave it as it was."""
    differs = "IS DISTINCT FROM" if dialect == "postgresql" else "IS NOT"
    pairs = (f"OLD.{one} {differs} NEW.{one}" for one in IDENTITY.split(", "))
    return f"WHEN ({' OR '.join(pairs)})"


def _rows(connection: sa.Connection, table: str) -> Rows:
    read = sa.Table(table, sa.MetaData(), autoload_with=connection)
    return [dict(row) for row in connection.execute(sa.select(read).order_by("id")).mappings()]


def _take_over(
    connection: sa.Connection, tables: dict[str, sa.Table], versions: Rows, events: Rows
) -> None:
    """Write the old rows and their story; what was `previous` is retired with an alias to it."""
    rows = {row["id"]: _converted(row) for row in versions}
    pointers: dict[str, dict[str, Any]] = {}
    previous = "0" * 64
    told: Rows = []
    for number, event in enumerate(events, start=1):
        row = rows[event["version_id"]]
        told.append(_told(number, event, row, pointers, previous))
        previous = told[-1]["hash"]
    connection.execute(tables["versions"].insert(), list(rows.values()))
    connection.execute(tables["events"].insert(), told)
    if pointers:
        connection.execute(tables["aliases"].insert(), list(pointers.values()))


def _converted(row: dict[str, Any]) -> dict[str, Any]:
    added: dict[str, Any] = {"seal": None, "base_model": None, "rank": None, "domains": []}
    started = {"status": "registered", "decision": None, "offline_success_rate": None}
    return row | added | started


def _told(
    number: int, old: dict[str, Any], row: dict[str, Any], pointers: dict[str, Any], previous: str
) -> dict[str, Any]:
    before, after = (
        "retired" if old[key] == "previous" else old[key] for key in ("from_status", "to_status")
    )
    row |= {"status": after} | ({"decision": old["decision"]} if old["decision"] else {})
    changes = [["versions", dict(row)]]
    if after == "production":
        changes.append(["aliases", _pointed(row, pointers)])
    event = {
        "id": number,
        "at": old["at"],
        "actor": old["actor"],
        "action": _ACTIONS.get(after, "retire"),
        "reason": old["reason"],
        "name": row["name"],
        "version": row["version"],
        "from_status": before,
        "to_status": after,
        "changes": canonical.canonical(changes).decode(),
        "previous": previous,
    }
    return event | {"hash": canonical.digest(event)}


_ACTIONS = {"registered": "register", "production": "promote"}


def _pointed(row: dict[str, Any], pointers: dict[str, Any]) -> dict[str, Any]:
    last = pointers.get(row["name"])
    moved = last is None or last["version_id"] != row["id"]
    pointers[row["name"]] = {
        "name": row["name"],
        "alias": "production",
        "version_id": row["id"],
        "previous_id": None if last is None else last["version_id" if moved else "previous_id"],
        "generation": 1 if last is None else last["generation"] + 1,
    }
    return dict(pointers[row["name"]])
