"""A/B tests of a candidate against the production version: begun, ramped up, closed.

What an experiment shows is never stored: it follows from its outcomes, every time (`results`).
"""

from typing import Any

import sqlalchemy as sa

from oilstone_registry import analysis, audit, resolve, results
from oilstone_registry.assignment import STEPS, traffic
from oilstone_registry.audit import Act, Row, Subject
from oilstone_registry.database import Registry
from oilstone_registry.lifecycle import (
    CANDIDATE,
    GATED,
    RETIRED,
    TESTING,
    alias,
    move,
    named,
    one,
)
from oilstone_registry.names import Reference
from oilstone_registry.tables import experiments
from oilstone_schemas.command import CheckFailed, OilstoneError

RUNNING, CLOSED = "running", "closed"
LOST = (analysis.WORSE, analysis.HARMED)
PROMOTED, SUPERSEDED, STOPPED = "promoted", "superseded", "stopped"


def start(
    registry: Registry, asked: Reference, plan: dict[str, Any], share: float, act: Act
) -> tuple[Row, bool]:
    """Begin a test of a candidate, or give the running one more traffic; return it and whether new.

    `share` of the units see the candidate. Raises CheckFailed for a candidate that is not gated and
    for less traffic than before, which would move treated units back; OilstoneError when nothing is
    in production to compare with, or another candidate is being tested.
    """
    steps = traffic(share)
    with registry.writing() as connection:
        candidate = resolve.version(named(connection, asked.name), asked)
        current = running(connection, asked.name)
        if current is not None:
            return _ramp(connection, current, candidate, steps, act), False
        return _begin(connection, candidate, plan, steps, act), True


def stop(registry: Registry, name: str, act: Act) -> Row:
    """End the running test of a name; return it with its verdict.

    A candidate that was shown worse or harmful is retired; else it is a candidate again. Raises
    OilstoneError when no test is running.
    """
    with registry.writing() as connection:
        current = running(connection, name)
        if current is None:
            raise OilstoneError(f"{name}: no test is running")
        verdict = results.of(connection, current, ended=True).verdict
        verdict = STOPPED if verdict in (analysis.OPEN, analysis.UNDECIDED) else verdict
        return _close(connection, current, verdict, act)


def end(connection: sa.Connection, name: str, act: Act, winner: int) -> None:
    """Close what runs because the production version changes; part of that transaction."""
    current = running(connection, name)
    if current is not None:
        verdict = PROMOTED if current["candidate_id"] == winner else SUPERSEDED
        _close(connection, current, verdict, act)


def require_evidence(connection: sa.Connection, target: Row) -> None:
    """Raise CheckFailed when the last test of this version did not end, or stand, in its favour."""
    last = _last(connection, target["id"])
    if last is None:
        return
    found = results.of(connection, last, ended=last["status"] == CLOSED)
    verdict = found.verdict if last["status"] == RUNNING else str(last["verdict"])
    if verdict in (analysis.BETTER, PROMOTED, SUPERSEDED, STOPPED):
        return
    label = f"{target['name']}@{target['version']}"
    hint = "wait, or end the test with `oilstone-registry ab stop`"
    if last["status"] == CLOSED:
        hint = "find out why, and show in a new test that it is better"
    raise CheckFailed(f"refused: the A/B test of {label} says {results.reason(found)}; {hint}")


def running(connection: sa.Connection, name: str) -> sa.RowMapping | None:
    """Return the experiment that runs for a name."""
    query = sa.select(experiments).where(
        experiments.c.name == name, experiments.c.status == RUNNING
    )
    return connection.execute(query).mappings().one_or_none()


def latest(connection: sa.Connection, name: str) -> sa.RowMapping:
    """Return the experiment that runs for a name, or ran last; raises OilstoneError."""
    query = sa.select(experiments).where(experiments.c.name == name)
    found = connection.execute(query.order_by(experiments.c.id.desc()).limit(1)).mappings()
    row = found.one_or_none()
    if row is None:
        raise OilstoneError(
            f"{name}: no test was ever begun; `oilstone-registry ab start {name} --candidate V"
            " --traffic 0.1` begins one"
        )
    return row


def _last(connection: sa.Connection, version_id: int) -> sa.RowMapping | None:
    query = sa.select(experiments).where(experiments.c.candidate_id == version_id)
    found = connection.execute(query.order_by(experiments.c.id.desc()).limit(1)).mappings()
    return found.one_or_none()


def _begin(
    connection: sa.Connection, candidate: Row, plan: dict[str, Any], steps: int, act: Act
) -> Row:
    control = alias(connection, candidate["name"])
    if control is None:
        raise OilstoneError(
            f"{candidate['name']}: nothing is in production to test against; promote a version"
        )
    if candidate["status"] in (GATED, RETIRED):
        candidate = move(connection, candidate, CANDIDATE, act, "nominate")
    tested = move(connection, candidate, TESTING, act, "test")
    number = connection.execute(sa.select(sa.func.count()).select_from(experiments)).scalar_one()
    row = {
        "experiment": f"{candidate['name']}-{number + 1}",
        "name": candidate["name"],
        "control_id": control["version_id"],
        "candidate_id": tested["id"],
        "plan": plan,
        "traffic": steps,
        "status": RUNNING,
        "started_at": audit.now(),
    }
    made = connection.execute(experiments.insert().values(row).returning(experiments))
    begun = made.mappings().one()
    _note(connection, begun, tested, "ab start", act)
    return begun


def _ramp(connection: sa.Connection, current: Row, candidate: Row, steps: int, act: Act) -> Row:
    if current["candidate_id"] != candidate["id"]:
        tested = one(connection, current["candidate_id"])
        raise OilstoneError(
            f"{current['name']}: {tested['version']} is being tested already; stop that first with"
            f" `oilstone-registry ab stop {current['name']}`"
        )
    if steps < current["traffic"]:
        raise CheckFailed(
            f"refused: the candidate has {current['traffic'] / STEPS:.2%} of the traffic and less"
            " would move treated units back; stop the test instead"
        )
    if steps == current["traffic"]:
        return current
    row = dict(current) | {"traffic": steps}
    audit.put(connection, "experiments", row)
    _note(connection, row, candidate, "ab ramp", act)
    return row


def _close(connection: sa.Connection, current: Row, verdict: str, act: Act) -> Row:
    row = dict(current) | {"status": CLOSED, "verdict": verdict, "closed_at": audit.now()}
    written = audit.put(connection, "experiments", row)
    candidate = one(connection, current["candidate_id"])
    after = RETIRED if verdict in LOST else CANDIDATE
    if verdict == PROMOTED:
        after = TESTING  # the promotion itself moves it on
    move(connection, candidate, after, act, "ab stop", also=[written])
    return row


def _note(connection: sa.Connection, row: Row, version: Row, action: str, act: Act) -> None:
    status = version["status"]
    subject = Subject(row["name"], version["version"], status, status)
    audit.record(connection, act, action, subject, [("experiments", row)])
