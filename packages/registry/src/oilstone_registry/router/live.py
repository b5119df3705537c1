"""What running tests show, kept up as outcomes come in: each is read and counted once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from oilstone_registry import analysis, results
from oilstone_registry.analysis import Analysis
from oilstone_registry.audit import Row
from oilstone_registry.experiments import RUNNING
from oilstone_registry.tables import experiments, outcomes

AT_ONCE = 20_000  # outcomes read in one go


@dataclass(frozen=True, slots=True)
class LiveTest:
    """A running test at a moment, ready to be shown; `summary` is `analysis.summary`'s."""

    experiment: str
    name: str
    started_at: str
    plan: Mapping[str, Any]
    summary: Mapping[str, Any]
    reason: str
    curve: tuple[tuple[int, float, float, float], ...]

    @property
    def verdict(self) -> str:
        """Such as open, better or harmed."""
        return str(self.summary["verdict"])


class Live:
    """The analyses of the tests that run; used by one thread."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[Analysis, int, LiveTest]] = {}  # by id: last outcome, shown

    def read(self, connection: sa.Connection) -> dict[str, LiveTest]:
        """Count what is new; return the running tests by name."""
        query = sa.select(experiments).where(experiments.c.status == RUNNING)
        rows = list(connection.execute(query).mappings())
        self._found = {row["id"]: self._counted(connection, row) for row in rows}
        return {found[2].name: found[2] for found in self._found.values()}

    def _counted(self, connection: sa.Connection, row: Row) -> tuple[Analysis, int, LiveTest]:
        known = self._found.get(row["id"])
        found, last = (Analysis(row["plan"]), 0) if known is None else known[:2]
        query = sa.select(outcomes).where(
            outcomes.c.experiment_id == row["id"], outcomes.c.id > last
        )
        new = connection.execute(query.order_by(outcomes.c.id).limit(AT_ONCE)).mappings().all()
        if known is not None and not new:
            return known
        for one in new:
            found.add(results.read(row["plan"], dict(one)))
            last = one["id"]
        return found, last, _shown(row, found)


def _shown(row: Row, found: Analysis) -> LiveTest:
    return LiveTest(
        row["experiment"],
        row["name"],
        row["started_at"],
        row["plan"],
        analysis.summary(found),
        results.reason(found),
        tuple(found.curve),
    )
