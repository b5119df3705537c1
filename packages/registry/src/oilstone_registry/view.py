"""What the registry holds, as data and as text."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from oilstone_registry.audit import Row
from oilstone_registry.database import Registry
from oilstone_registry.lifecycle import PRODUCTION, alias
from oilstone_registry.names import order
from oilstone_registry.tables import events, outcomes, versions
from oilstone_schemas.command import OilstoneError

HEAD = ("name", "version", "status", "id", "adapter", "decision", "offline", "online", "requests")
UNUSED = {"online_success_rate": None, "request_count": 0, "latency_ms": None, "last_used": None}


def public(row: Row, used: Mapping[int, Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """Return a version as `--json` shows it; `used` is what `usage` returned."""
    shown = {"lora_int_id" if key == "id" else key: value for key, value in dict(row).items()}
    return shown if used is None else shown | UNUSED | dict(used.get(row["id"], {}))


def usage(connection: sa.Connection) -> dict[int, dict[str, Any]]:
    """Return for each version id that served requests what their outcomes say.

    Always from the log of outcomes, so nothing is counted twice: online_success_rate,
    request_count, latency_ms (mean) and last_used.
    """
    query = sa.select(
        outcomes.c.version_id,
        sa.func.avg(outcomes.c.outcome).label("online_success_rate"),
        sa.func.count().label("request_count"),
        sa.func.avg(outcomes.c.latency_ms).label("latency_ms"),
        sa.func.max(outcomes.c.time).label("last_used"),
    ).group_by(outcomes.c.version_id)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return {row.pop("version_id"): row for row in rows}


def versions_of(registry: Registry, name: str | None = None) -> list[dict[str, Any]]:
    """Return the versions of one name, or of all, sorted by name and version."""
    query = sa.select(versions)
    if name is not None:
        query = query.where(versions.c.name == name)
    with registry.reading() as connection:
        used = usage(connection)
        rows = [public(row, used) for row in connection.execute(query).mappings()]
    return sorted(rows, key=lambda row: (row["name"], order(row["version"])))


def show(registry: Registry, name: str) -> dict[str, Any]:
    """Return a name's production version (or None), all its versions, and its log."""
    rows = versions_of(registry, name)
    if not rows:
        raise OilstoneError(f"nothing is registered as {name}; see oilstone-registry list")
    production = [row for row in rows if row["status"] == PRODUCTION]
    with registry.reading() as connection:
        pointer = alias(connection, name)
        log = _log(connection, name)
    by_id = {row["lora_int_id"]: row["version"] for row in rows}
    return {
        "name": name,
        "production": production[0] if production else None,
        "previous": by_id.get(pointer["previous_id"]) if pointer else None,
        "generation": pointer["generation"] if pointer else 0,
        "versions": rows,
        "events": log,
    }


def _log(connection: sa.Connection, name: str) -> list[dict[str, Any]]:
    query = sa.select(events).where(events.c.name == name).order_by(events.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def table(rows: Sequence[Row]) -> str:
    """Return versions as aligned text; digests by their first 12 digits."""
    cells = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row["name"],
        row["version"],
        row["status"],
        str(row["lora_int_id"]),
        row["digest"][:12],
        (row["decision"] or "-")[:12],
        _share(row["offline_success_rate"]),
        _share(row["online_success_rate"]),
        str(row["request_count"]),
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def page(shown: Mapping[str, Any]) -> str:
    """Return what `show` prints: the production version, the versions, the log."""
    lines = [_headline(shown), "", table(shown["versions"]), ""]
    for event in shown["events"]:
        moved = f"{event['from_status'] or 'nothing'} -> {event['to_status'] or 'nothing'}"
        reason = f": {event['reason']}" if event["reason"] else ""
        what = f"{event['version'] or '-'}  {event['action']}  {moved}{reason}"
        lines.append(f"{event['at']}  {event['actor']}  {what}")
    return "\n".join(lines)


def _headline(shown: Mapping[str, Any]) -> str:
    production = shown["production"]
    if production is None:
        return f"{shown['name']}: no version is in production"
    decision = str(production["decision"])[:12]
    proof = f"adapter {production['digest'][:12]}, decision {decision}"
    before = f", before it {shown['previous']}" if shown["previous"] else ""
    at = f"generation {shown['generation']}{before}"
    return f"{shown['name']}: production is {production['version']} ({proof}; {at})"
