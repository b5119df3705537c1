"""Outcomes taken in: each request once, whoever sends it how often."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from oilstone_registry import assignment
from oilstone_registry.assignment import CANDIDATE, CONTROL, STEPS, Assignment
from oilstone_registry.audit import Row
from oilstone_registry.database import Registry
from oilstone_registry.experiments import RUNNING
from oilstone_registry.lifecycle import one
from oilstone_registry.tables import experiments, outcomes
from oilstone_schemas import artifact, jsonl

IS_ONE = outcomes.c.experiment_id == sa.bindparam("experiment")
# Made once: making a statement takes longer than running it.
SAME = sa.select(outcomes.c.id).where(IS_ONE, outcomes.c.request_id == sa.bindparam("request"))
OTHER = (
    sa.select(outcomes.c.id)
    .where(IS_ONE, outcomes.c.unit_hash == sa.bindparam("unit"))
    .where(outcomes.c.request_id != sa.bindparam("request"))
    .limit(1)
)
INSERT = outcomes.insert()

KEPT = ("request_id", "unit_hash", "arm", "probability", "time", "outcome", "kind")
OPTIONAL = ("confidence", "latency_ms")
AT_A_TIME = 500


@dataclass(frozen=True)
class Experiment:
    """A running experiment as a router needs it: no database for an assignment."""

    registry: Registry
    row: Row
    versions: Mapping[str, Row]  # by arm

    @property
    def key(self) -> str:
        """What outcomes call it, and the salt of its assignments."""
        return str(self.row["experiment"])

    def assign(self, unit: str, request_id: str) -> Assignment:
        """Return the sticky assignment of a unit, for one request of it."""
        hashed = assignment.unit_hash(self.key, unit)
        steps = int(self.row["traffic"])
        arm = CANDIDATE if assignment.treated(hashed, steps) else CONTROL
        share = steps if arm == CANDIDATE else STEPS - steps
        version = self.versions[arm]
        called = f"{version['name']}@{version['version']}"
        at = assignment.clock()
        return Assignment(self.key, hashed, arm, called, share / STEPS, at, request_id)

    def record(self, assigned: Assignment, outcome: float, kind: str, **more: Any) -> bool:
        """Store an assignment's outcome in [0, 1]; return False when it had one already.

        `more`: confidence, latency_ms. The first outcome of a request counts. Raises OilstoneError
        for a value outside its range or an experiment that has ended.
        """
        row = assigned._asdict() | {"outcome": outcome, "kind": kind} | more
        return record(self.registry, [row]).new == 1


@dataclass
class Taken:
    """What became of outcomes that were sent."""

    new: int = 0
    repeated: int = 0
    refused: list[str] = field(default_factory=list)


def running(registry: Registry, name: str) -> Experiment | None:
    """Return the experiment that runs for a name, or None."""
    from oilstone_registry.experiments import running as find

    with registry.reading() as connection:
        row = find(connection, name)
        if row is None:
            return None
        arms = {CONTROL: row["control_id"], CANDIDATE: row["candidate_id"]}
        return Experiment(registry, row, {arm: one(connection, at) for arm, at in arms.items()})


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of an outcomes artifact or of a JSONL file; raises OilstoneError."""
    if path.is_dir():
        artifact.load(path, "outcomes")
        path = next(iter(sorted(path.glob("outcomes.jsonl*"))), path / "outcomes.jsonl")
    yield from jsonl.read(path, "outcome.v1")


def record(registry: Registry, rows: Iterable[Row]) -> Taken:
    """Store rows of outcome.v1; what is acknowledged survives a power cut.

    A row that cannot count (an unknown or ended experiment, another arm or version, one that
    contradicts how its unit was assigned) is refused with the reason; a repeated one is counted.
    """
    taken = Taken()
    for batch in _batches(rows):
        with registry.writing() as connection:
            book = Book(connection)
            for row in batch:
                book.enter(row, taken)
    return taken


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == AT_A_TIME:
            yield batch
            batch = []
    if batch:
        yield batch


class Book:
    """Enters outcomes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.known: dict[str, tuple[Row, dict[str, tuple[int, str]]] | None] = {}

    def enter(self, row: Row, taken: Taken) -> None:
        """Store a row of outcome.v1 if it can count; tell `taken` what became of it."""
        found = self._experiment(row["experiment"])
        problem = self._problem(row, found)
        if problem is not None or found is None:
            taken.refused.append(f"request {row['request_id']}: {problem}")
        elif self._insert(row, found[0]["id"], found[1][row["arm"]][0]):
            taken.new += 1
        else:
            taken.repeated += 1

    def _problem(
        self, row: Row, found: tuple[Row, dict[str, tuple[int, str]]] | None
    ) -> str | None:
        if found is None:
            return f"there is no experiment {row['experiment']}"
        experiment, arms = found
        if experiment["status"] != RUNNING:
            return f"experiment {row['experiment']} has ended"
        if row["arm"] not in arms:
            return f"arm {row['arm']!r} is neither control nor candidate"
        if row["version"].rpartition("@")[2] != arms[row["arm"]][1]:
            return f"version {row['version']} is not the {row['arm']}'s, {arms[row['arm']][1]}"
        if not (0 < row["probability"] < 1 and 0 <= row["outcome"] <= 1):
            return "probability must be in (0, 1) and outcome in [0, 1]"
        return self._sticky(row, experiment)

    def _sticky(self, row: Row, experiment: Row) -> str | None:
        """Refuse to count a unit per request when it is not one."""
        if experiment["plan"]["unit"] != "request":
            return None
        asked = {"unit": row["unit_hash"], "request": row["request_id"]}
        found = self.connection.execute(OTHER, asked | {"experiment": experiment["id"]})
        if found.one_or_none() is None:
            return None
        return (
            "its unit has another request already, but this experiment assigns requests; outcomes"
            " of one user are not independent: begin a test with unit: user and a window"
        )

    def _experiment(self, key: str) -> tuple[Row, dict[str, tuple[int, str]]] | None:
        if key not in self.known:
            query = sa.select(experiments).where(experiments.c.experiment == key)
            row = self.connection.execute(query).mappings().one_or_none()
            self.known[key] = None if row is None else (row, self._arms(row))
        return self.known[key]

    def _arms(self, row: Row) -> dict[str, tuple[int, str]]:
        arms = {CONTROL: row["control_id"], CANDIDATE: row["candidate_id"]}
        return {arm: (at, one(self.connection, at)["version"]) for arm, at in arms.items()}

    def _insert(self, row: Row, experiment_id: int, version_id: int) -> bool:
        """Insert unless the request has an outcome already; that one stands."""
        asked = {"experiment": experiment_id, "request": row["request_id"]}
        if self.connection.execute(SAME, asked).one_or_none() is not None:
            return False
        values = {key: row[key] for key in KEPT} | {key: row.get(key) for key in OPTIONAL}
        ids = {"experiment_id": experiment_id, "version_id": version_id}
        self.connection.execute(INSERT, ids | values)
        return True
