"""What an experiment's outcomes say: the log, read in its order, every time anew."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from oilstone_registry import analysis, guardrails
from oilstone_registry.analysis import Analysis
from oilstone_registry.assignment import CANDIDATE, STEPS
from oilstone_registry.audit import Row
from oilstone_registry.tables import outcomes
from oilstone_registry.units import Outcome


def of(connection: sa.Connection, experiment: Row, *, ended: bool) -> Analysis:
    """Return the analysis of an experiment's outcomes; the same outcomes give the same bits."""
    plan = experiment["plan"]
    query = sa.select(outcomes).where(outcomes.c.experiment_id == experiment["id"])
    rows = connection.execute(query.order_by(outcomes.c.id)).mappings()
    return analysis.replay(plan, (read(plan, dict(row)) for row in rows), ended=ended)


def read(plan: Mapping[str, Any], row: Mapping[str, Any]) -> Outcome:
    """Return a row of outcome.v1 as the analysis takes it."""
    treated = row["arm"] == CANDIDATE
    share = row["probability"] if treated else 1.0 - row["probability"]
    # Probabilities are in steps; so both arms' spellings of one share are one number.
    share = (
        round(share * STEPS) / STEPS if abs(share * STEPS - round(share * STEPS)) < 1e-6 else share
    )
    guarded = [guardrails.value(rule, row) for rule in plan["guardrails"]]
    values = [row["outcome"], *guarded]
    return Outcome(row["unit_hash"], treated, share, seconds(row["time"]), values)


def seconds(text: str) -> float:
    """Return a time of outcome.v1 in seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()


def reason(found: Analysis) -> str:
    """Return the verdict with what it rests on, in one sentence."""
    value, low, high = found.interval()
    said = f"{value:+.3f} [{low:+.3f}, {high:+.3f}] after {found.evidence.n} units"
    return f"{found.verdict}: {_because(found)} ({said})"


def _because(found: Analysis) -> str:
    if found.verdict == analysis.MISMATCH:
        return "the arms do not have the shares they were given; no comparison can be trusted"
    if found.verdict == analysis.HARMED:
        worse = ", ".join(one.metric for one in found.guardrails if one.harmed)
        return f"the candidate is worse than the margin allows in {worse}"
    if found.verdict in (analysis.BETTER, analysis.WORSE):
        return f"the candidate was shown {found.verdict} at unit {found.shown_at}"
    if found.verdict == analysis.UNDECIDED:
        return "the budget is spent and neither is shown better"
    ours = f"e-values {found.evidence.better:.3g} for better, {found.evidence.worse:.3g} for worse"
    return f"{ours}; {found.needed:g} decides" if found.plan["method"] == "e-process" else ours


def warnings(found: Analysis) -> Iterator[str]:
    """Yield what a person should know beside the verdict."""
    if found.units.pending:
        yield f"{found.units.pending} units wait for the end of their window"
    if found.units.late:
        yield f"{found.units.late} outcomes came after their unit was closed and do not count"
