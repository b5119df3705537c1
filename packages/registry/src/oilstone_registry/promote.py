"""Promoting and going back: one transaction each, and only onto what is proven."""

import sqlalchemy as sa

from oilstone_gates.decision import Decision
from oilstone_registry import audit, experiments, proof, resolve
from oilstone_registry.audit import Act, Row
from oilstone_registry.database import Registry
from oilstone_registry.lifecycle import (
    GATED,
    PRODUCTION,
    REGISTERED,
    RETIRED,
    alias,
    expect,
    move,
    named,
    one,
    point,
)
from oilstone_registry.names import Reference
from oilstone_registry.tables import events
from oilstone_schemas.command import CheckFailed, OilstoneError


def promote(
    registry: Registry,
    reference: Reference,
    decision: str | None,
    act: Act,
    *,
    generation: int | None = None,
    gates: str | None = None,
) -> tuple[Row, bool]:
    """Make a version the production one; return its row and whether anything changed.

    `decision` is a folder or a kept decision's digest; without one, the decision that the version
    was gated by. A name alone means the version that the decision is about. In one transaction:
    the alias and its generation, the version before, the traffic split, the experiment's end.

    Raises CheckFailed for a decision that was tampered with, did not pass, is about another
    adapter, leans on an expired waiver or follows another gate file than the pinned one (`gates`
    pins it for this call); for a stored adapter that is not what it was; for a stale `generation`;
    for a candidate whose test has not shown it better. OilstoneError for an unknown version.
    """
    store = registry.store
    with registry.reading() as connection:
        rows = named(connection, reference.name)
        pinned = gates or proof.pinned(connection, reference.name)
    read = proof.given(store, decision or _gated_by(rows, reference))
    target = _target(rows, reference, read)
    proof.require(target, read, pinned)
    proof.confirm(store, read)
    store.require(target["digest"], target["seal"])
    report = proof.keep(store, read)
    with registry.writing() as connection:
        expect(connection, reference.name, generation)
        changed = _swap(connection, target["id"], read, proof.success_rate(read, report), act)
        return one(connection, target["id"]), changed


def rollback(
    registry: Registry, name: str, act: Act, generation: int | None = None
) -> tuple[Row, Row]:
    """Go back to the version that was in production before; return it and the one it replaces.

    Proven means: it was in production, its decision and its files are still what they were. Raises
    CheckFailed when there is none, OilstoneError when nothing is in production.
    """
    store = registry.store
    with registry.reading() as connection:
        target = _proven_before(connection, name)
    store.require(target["digest"], target["seal"])
    proof.kept(store, target["decision"])
    with registry.writing() as connection:
        expect(connection, name, generation)
        if _proven_before(connection, name)["id"] != target["id"]:
            raise CheckFailed(f"refused: somebody moved the production alias of {name} just now")
        current = _current(connection, name)
        assert current is not None  # or there would be no version before it
        experiments.end(connection, name, act, target["id"])
        stack = history(connection, name)
        move(connection, current, RETIRED, act, "retire")
        pointed = point(connection, name, target["id"], stack[-3] if len(stack) > 2 else None)
        row = one(connection, target["id"])
        return move(connection, row, PRODUCTION, act, "rollback", also=[pointed]), current


def history(connection: sa.Connection, name: str) -> list[int]:
    """Return the versions that led to the production one, the last; a rollback takes one off."""
    query = sa.select(events.c.action, events.c.changes).where(
        events.c.name == name, events.c.action.in_(("promote", "rollback"))
    )
    stack: list[int] = []
    for action, changes in connection.execute(query.order_by(events.c.id)):
        version = audit.changed(changes, "aliases")["version_id"]
        if action == "rollback":
            stack.pop()
        elif stack[-1:] != [version]:
            stack.append(version)
    return stack


def _proven_before(connection: sa.Connection, name: str) -> sa.RowMapping:
    stack = history(connection, name)
    if not stack:
        raise OilstoneError(
            f"{name}: no version is in production, so there is nothing to go back from"
        )
    if len(stack) == 1:
        raise CheckFailed(f"refused: {name} had no proven version before the one in production")
    return one(connection, stack[-2])


def _current(connection: sa.Connection, name: str) -> sa.RowMapping | None:
    pointer = alias(connection, name)
    return None if pointer is None else one(connection, pointer["version_id"])


def _gated_by(rows: list[sa.RowMapping], asked: Reference) -> str:
    alone = asked.version is None and asked.digest is None
    gated = [row for row in rows if row["decision"] is not None]
    found = gated if alone else [resolve.version(rows, asked)]
    if len(found) == 1 and found[0]["decision"] is not None:
        return str(found[0]["decision"])
    raise OilstoneError(
        "nothing is promoted without a decision: add --decision DIR;"
        " `oilstone-gates check GATES.yaml --report DIR --out DIR` makes one"
    )


def _target(rows: list[sa.RowMapping], asked: Reference, read: Decision) -> sa.RowMapping:
    if rows and asked.version is None and asked.digest is None:
        found = [row for row in rows if row["digest"] == read.adapter]
        if not found:
            raise CheckFailed(
                f"refused: no version of {asked.name} is the adapter that {proof.about(read)}"
            )
        return found[0]
    return resolve.version(rows, asked)


def _swap(
    connection: sa.Connection, target_id: int, read: Decision, rate: float | None, act: Act
) -> bool:
    target: Row = one(connection, target_id)
    digest = read.manifest.digest
    if target["status"] == PRODUCTION and target["decision"] == digest:
        return False
    experiments.require_evidence(connection, target)
    kept = proof.written(connection, read)
    found = {"decision": digest, "offline_success_rate": rate}
    current = _current(connection, target["name"])
    experiments.end(connection, target["name"], act, target_id)
    target = one(connection, target_id)
    if target["status"] == REGISTERED:
        target = move(connection, target, GATED, act, "gate", also=kept, **found)
        kept = []
    previous = alias(connection, target["name"])
    if current is not None and current["id"] != target_id:
        move(connection, current, RETIRED, act, "retire")
        before = current["id"]
    else:
        before = None if previous is None else previous["previous_id"]
    pointed = point(connection, target["name"], target_id, before)
    move(connection, target, PRODUCTION, act, "promote", also=[*kept, pointed], **found)
    return True
