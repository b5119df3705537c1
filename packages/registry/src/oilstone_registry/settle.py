"""Acting on what a running test shows: harm stops it; a win promotes only if its plan says so."""

from collections.abc import Mapping
from typing import Any

from oilstone_registry import analysis, experiments, promote, records, results
from oilstone_registry.audit import Act, Row
from oilstone_registry.database import Registry
from oilstone_registry.lifecycle import one
from oilstone_registry.names import Reference

BY_ITSELF = "oilstone-registry"


def status(registry: Registry, name: str) -> tuple[Row, analysis.Analysis, dict[str, Any]]:
    """Return the running test of a name, or its last one: its row, its analysis, its abtest.v1."""
    with registry.reading() as connection:
        row = experiments.latest(connection, name)
        found = results.of(connection, row, ended=row["closed_at"] is not None)
        return row, found, records.abtest(connection, row)


def settle(registry: Registry, name: str) -> str | None:
    """Act on the running test of a name, if there is something to do; return what was done.

    A harmful candidate is stopped and retired. A better one is promoted, behind the decision that
    it was gated by, when the plan says `auto_promote`. Everything else waits for a person.
    """
    row, found, _ = status(registry, name)
    if row["status"] != experiments.RUNNING:
        return None
    act = Act(BY_ITSELF, results.reason(found))
    if found.verdict == analysis.HARMED:
        experiments.stop(registry, name, act)
        return f"stopped: {act.reason}"
    if found.verdict == analysis.BETTER and row["plan"]["auto_promote"]:
        promote.promote(registry, _candidate(registry, row), None, act)
        return f"promoted: {act.reason}"
    return None


def _candidate(registry: Registry, row: Row) -> Reference:
    with registry.reading() as connection:
        candidate = one(connection, row["candidate_id"])
    return Reference(candidate["name"], candidate["version"], None)


def page(shown: Mapping[str, Any], found: analysis.Analysis) -> str:
    """Return what `ab status` prints."""
    arms = analysis.summary(found)["arms"]
    lines = [
        f"{shown['experiment']}: {shown['candidate']} against {shown['control']},"
        f" {shown['traffic']:.2%} of the {shown['unit']}s, {shown['status']}",
        f"  {results.reason(found)}",
    ]
    for arm, numbers in arms.items():
        rate = numbers["success_rate"]
        said = "-" if rate is None else f"{rate:.3f}"
        lines.append(f"  {arm:<10} {numbers['units']:>8} units  success {said}")
    alarm = "ALARM" if shown["sample_ratio_alarm"] else "as planned"
    lines.append(
        f"  sample ratio: {alarm} (Bayes factor {found.ratio.factor:.3g};"
        f" {found.ratio.needed:g} is an alarm)"
    )
    for one_ in found.guardrails:
        lines.append(f"  guardrail {one_.metric} (margin {one_.margin:g}): {one_.state}")
    lines += [f"  {warning}" for warning in results.warnings(found)]
    if shown["closed_as"]:
        lines.append(f"  closed as {shown['closed_as']} at {shown['closed_at']}")
    return "\n".join(lines)
