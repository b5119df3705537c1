"""Gating: a decision about a version is verified, kept and, when it passed, moves the version."""

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from oilstone_gates import decision
from oilstone_registry import audit, proof, resolve
from oilstone_registry.audit import Act, Row, Subject
from oilstone_registry.database import Registry
from oilstone_registry.lifecycle import CANDIDATE, GATED, REGISTERED, move, named, one
from oilstone_registry.names import Reference
from oilstone_schemas.command import CheckFailed, OilstoneError


def gate(
    registry: Registry, asked: Reference, folder: Path, act: Act, search: Sequence[Path] = ()
) -> tuple[Row, bool]:
    """Keep the decision about a version; return its row and whether anything changed.

    `search`: folders that hold its reports, if they are no longer where they were.
    A passing one makes a registered version a gated one. Raises CheckFailed, after keeping it, for
    one that did not pass; and as `promote` does for one that is foreign or forged.
    """
    read = decision.read(folder)
    store = registry.store
    with registry.reading() as connection:
        rows = named(connection, asked.name)
        pinned = proof.pinned(connection, asked.name)
    target = _target(rows, asked, read.adapter)
    if target["digest"] != read.adapter:
        proof.require(target, read, pinned)
    proof.confirm(store, read, search)
    report = proof.keep(store, read, search)
    rate = proof.success_rate(read, report)
    with registry.writing() as connection:
        changed = _note(connection, one(connection, target["id"]), read, rate, pinned, act)
    proof.require(target, read, pinned)
    with registry.reading() as connection:
        return one(connection, target["id"]), changed


def pin(registry: Registry, name: str, gates: str, act: Act) -> None:
    """Let only decisions that follow this gate file count for a name."""
    with registry.writing() as connection:
        if not named(connection, name):
            raise OilstoneError(f"nothing is registered as {name}; register an adapter first")
        row = audit.put(connection, "pins", {"name": name, "gates": gates})
        audit.record(connection, act, "pin", Subject(name), [row])


def _target(rows: list[sa.RowMapping], asked: Reference, adapter: str | None) -> sa.RowMapping:
    if asked.version is None and asked.digest is None:
        rows = [row for row in rows if row["digest"] == adapter] or rows
    return resolve.version(rows, asked)


def _note(
    connection: sa.Connection,
    row: Row,
    read: decision.Decision,
    rate: float | None,
    pinned: str | None,
    act: Act,
) -> bool:
    kept = proof.written(connection, read)
    found = {"decision": read.manifest.digest, "offline_success_rate": rate}
    try:
        proof.require(row, read, pinned)
    except CheckFailed:
        if kept:
            subject = Subject(row["name"], row["version"], row["status"], row["status"])
            audit.record(connection, act, "refuse", subject, kept)
        return bool(kept)
    if row["status"] not in (REGISTERED, GATED, CANDIDATE) or row["decision"] == found["decision"]:
        return False
    status = CANDIDATE if row["status"] == CANDIDATE else GATED
    move(connection, row, status, act, "gate", also=kept, **found)
    return True
