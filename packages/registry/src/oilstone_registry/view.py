"""What the registry holds, as data and as text."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from oilstone_registry.database import Registry
from oilstone_registry.lifecycle import PRODUCTION
from oilstone_registry.names import order
from oilstone_registry.tables import events, versions
from oilstone_schemas.command import OilstoneError

Row = Mapping[str, Any] | sa.RowMapping
HEAD = ("name", "version", "status", "id", "adapter", "decision", "registered")


def public(row: Row) -> dict[str, Any]:
    """Return a version as `--json` shows it."""
    return {"lora_int_id" if key == "id" else key: value for key, value in row.items()}


def versions_of(registry: Registry, name: str | None = None) -> list[Row]:
    """Return the versions of one name, or of all, sorted by name and version."""
    query = sa.select(versions)
    if name is not None:
        query = query.where(versions.c.name == name)
    with registry.reading() as connection:
        rows: list[Row] = list(connection.execute(query).mappings())
    return sorted(rows, key=lambda row: (row["name"], order(row["version"])))


def show(registry: Registry, name: str) -> dict[str, Any]:
    """Return a name's production version (or None), all its versions, and its log."""
    rows = versions_of(registry, name)
    if not rows:
        raise OilstoneError(f"nothing is registered as {name}; see oilstone-registry list")
    production = [row for row in rows if row["status"] == PRODUCTION]
    return {
        "name": name,
        "production": public(production[0]) if production else None,
        "versions": [public(row) for row in rows],
        "events": _log(registry, name),
    }


def _log(registry: Registry, name: str) -> list[dict[str, Any]]:
    query = (
        sa.select(events, versions.c.name, versions.c.version)
        .join(versions)
        .where(versions.c.name == name)
        .order_by(events.c.id)
    )
    with registry.reading() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def table(rows: Sequence[Row]) -> str:
    """Return versions as aligned text; digests by their first 12 digits."""
    cells = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    key = "id" if "id" in row else "lora_int_id"
    return (
        row["name"],
        row["version"],
        row["status"],
        str(row[key]),
        row["digest"][:12],
        (row["decision"] or "-")[:12],
        row["registered_at"],
    )


def page(shown: Mapping[str, Any]) -> str:
    """Return what `show` prints: the production version, the versions, the log."""
    lines = [_headline(shown["name"], shown["production"]), "", table(shown["versions"]), ""]
    for event in shown["events"]:
        moved = f"{event['from_status'] or 'nothing'} -> {event['to_status']}"
        reason = f": {event['reason']}" if event["reason"] else ""
        lines.append(f"{event['at']}  {event['actor']}  {event['version']}  {moved}{reason}")
    return "\n".join(lines)


def _headline(name: str, production: Row | None) -> str:
    if production is None:
        return f"{name}: no version is in production"
    proof = f"adapter {production['digest'][:12]}, decision {production['decision'][:12]}"
    return f"{name}: production is {production['version']} ({proof})"
