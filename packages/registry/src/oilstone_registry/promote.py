"""Promoting: only behind a passing decision about this very adapter, in one transaction."""

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from oilstone_gates import decision
from oilstone_gates.decision import Decision
from oilstone_registry import store
from oilstone_registry.database import Registry
from oilstone_registry.lifecycle import PREVIOUS, PRODUCTION, RETIRED, Act, move
from oilstone_registry.names import Reference
from oilstone_registry.tables import versions
from oilstone_schemas.command import CheckFailed, OilstoneError


def promote(
    registry: Registry, reference: Reference, folder: Path, act: Act
) -> tuple[sa.RowMapping, bool]:
    """Make a version the production one; return its row and whether anything changed.

    A name alone means the version that the decision is about. Raises CheckFailed for a decision
    that was tampered with, did not pass, or is about another adapter, and for a stored adapter
    that is not what it was; OilstoneError for a version that does not exist.
    """
    read = decision.read(folder)
    with registry.reading() as connection:
        target = _target(_named(connection, reference.name), reference, read)
    _proven(target, read)
    store.require(registry.store, target["digest"])
    store.keep(registry.store, read.manifest)
    with registry.writing() as connection:
        changed = _swap(connection, target["id"], read.manifest.digest, act)
        return _row(connection, target["id"]), changed


def _target(rows: Sequence[sa.RowMapping], asked: Reference, read: Decision) -> sa.RowMapping:
    if not rows:
        raise OilstoneError(f"nothing is registered as {asked.name}; register the adapter first")
    if asked.version is None and asked.digest is None:
        found = [row for row in rows if row["digest"] == read.adapter]
        if not found:
            raise CheckFailed(
                f"refused: no version of {asked.name} is the adapter that {_about(read)}"
            )
        return found[0]
    found = [row for row in rows if _meant(row, asked)]
    if len(found) != 1:
        known = ", ".join(f"{row['version']} ({row['digest'][:12]})" for row in rows)
        count = "several versions" if found else "no version"
        raise OilstoneError(
            f"{asked.name} has {count} {asked.version or asked.digest}; there are {known}"
        )
    return found[0]


def _meant(row: sa.RowMapping, asked: Reference) -> bool:
    if asked.digest is not None:
        return bool(row["digest"].startswith(asked.digest))
    return bool(row["version"] == asked.version)


def _proven(target: sa.RowMapping, read: Decision) -> None:
    label = f"{target['name']}@{target['version']} (adapter {target['digest'][:12]})"
    if target["digest"] != read.adapter:
        raise CheckFailed(f"refused: to promote {label} needs a decision about it; {_about(read)}")
    if not read.passed:
        failing = [gate["name"] for gate in read.data["gates"] if gate["verdict"] != "passed"]
        raise CheckFailed(
            f"refused: the decision about {label} is {read.verdict}: {', '.join(failing)}"
        )


def _about(read: Decision) -> str:
    what = f"adapter {read.adapter[:12]}" if read.adapter else "no adapter"
    return f"the decision in {read.manifest.folder} is about {what}"


def _swap(connection: sa.Connection, target_id: int, proof: str, act: Act) -> bool:
    target = _row(connection, target_id)
    if target["status"] == PRODUCTION and target["decision"] == proof:
        return False
    rows = [row for row in _named(connection, target["name"]) if row["id"] != target_id]
    current = [row for row in rows if row["status"] == PRODUCTION]
    if current:  # what was previous before it has had its time
        for row in rows:
            if row["status"] == PREVIOUS:
                move(connection, row, RETIRED, act)
        move(connection, current[0], PREVIOUS, act)
    move(connection, target, PRODUCTION, act, proof)
    return True


def _named(connection: sa.Connection, name: str) -> list[sa.RowMapping]:
    query = sa.select(versions).where(versions.c.name == name).order_by(versions.c.id)
    return list(connection.execute(query).mappings())


def _row(connection: sa.Connection, version_id: int) -> sa.RowMapping:
    query = sa.select(versions).where(versions.c.id == version_id)
    return connection.execute(query).mappings().one()
