"""Negative controls: a report made worse in one way, on which a gate must not pass.

A gate that passes on a mutant does not look at what it seems to look at, or fails open.
"""

import copy
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from oilstone_gates import report, scores
from oilstone_gates.decide import PASSED, judge
from oilstone_gates.gatefile import Gate, against, identity, option
from oilstone_gates.gold import score
from oilstone_gates.measure import Evidence, sights
from oilstone_gates.paths import place
from oilstone_gates.report import Report
from oilstone_gates.units import RANGES, unit
from oilstone_schemas.command import OilstoneError

_SLOWER = 100  # times
Gates = Mapping[str, Any]
Mutation = Callable[[Gate, Report], Report | None]  # None: it does not apply


@dataclass(frozen=True)
class Mutant:
    """One gate on one mutant: the verdict, and whether it is another than passed."""

    gate: str
    mutation: str
    verdict: str
    killed: bool


def mutants(gates: Gates, seen: Evidence) -> Iterator[Mutant]:
    """Yield every gate on every mutant of the evidence.

    Raises OilstoneError when a gate does not pass on the evidence itself: then its mutants would
    show nothing.
    """
    for gate in gates["gates"]:
        before = _verdict(gates, gate, seen)
        if before != PASSED:
            raise OilstoneError(
                f"gate {gate['name']!r}: {before} on the report itself; mutate a report that passes"
            )
    for gate in gates["gates"]:
        for name, changed in _changed(gate, seen):
            after = _verdict(gates, gate, changed)
            yield Mutant(identity(gate), name, after, after != PASSED)


def _verdict(gates: Gates, gate: Gate, seen: Evidence) -> str:
    """Return the verdict on one gate, in its family; refused counts as one."""
    family = gate.get("family")
    some = [g for g in gates["gates"] if g is gate or (family and g.get("family") == family)]
    try:
        sight = sights(some, seen)[some.index(gate)]
    except OilstoneError:
        return "refused"
    return judge(gate, sight.measurement, sight.slice)[0]


def _changed(gate: Gate, seen: Evidence) -> Iterator[tuple[str, Evidence]]:
    for name, mutation in MUTATIONS.items():
        ours = mutation(gate, _copy(seen.report))
        if ours is not None:
            yield name, replace(seen, report=ours)
    other = against(gate)
    if other is not None:
        arms = {**seen.baselines, other: seen.report}
        yield "swapped arms", replace(seen, report=seen.baselines[other], baselines=arms)


def _copy(given: Report) -> Report:
    """Return a report whose metrics and verdicts may be changed."""
    rows = list(report.verdicts(given, None).values())
    return replace(given, metrics=copy.deepcopy(given.metrics), rows=copy.deepcopy(rows))


def _records(gate: Gate, given: Report) -> list[dict[str, Any]]:
    """Return the records that the gate may read: of every slice when it looks at the worst."""
    where = place(gate)
    slices = report.slices(given) if option(gate, "worst_slice") else [where.slice]
    found = [report.record(given, where.name, slice) for slice in slices]
    return [record for record in found if record is not None]


def _rows(gate: Gate, given: Report) -> list[Any]:
    part = place(gate).slice or given.primary
    return [row for row in given.rows or [] if part is None or row.get("slice") == part]


def _open(row: Any) -> None:
    """Leave a verdict open: nothing was judged."""
    row |= {"status": "unscored", "reason": "not_run", "checks": {}, "latency": None}


def _missing(gate: Gate, given: Report) -> Report | None:
    where, metrics = place(gate), given.metrics
    for records in (metrics["metrics"], metrics.get("timings", {}), *metrics["slices"].values()):
        records.pop(where.name, None)
    if against(gate) is not None:
        for row in _rows(gate, given):
            _open(row)
    return given


def _null(number: float | None) -> Mutation:
    def mutation(gate: Gate, given: Report) -> Report | None:
        for record in _records(gate, given):
            record |= {"value": number, "low": number, "high": number}
        how = _definition(gate, given)
        if how is not None and how.check in ("passed", "error"):
            return given if not _recomputed(gate) else None
        for row in _rows(gate, given):
            if how is not None and how.check == "latency":
                row["latency"] = number
            elif how is not None:
                row["checks"][how.check] = number
        return given

    return mutation


def _one(gate: Gate, given: Report) -> Report | None:
    for record in _records(gate, given):
        record["n"] = 1
    rows = given.rows or []
    keep = {id(row) for row in _rows(gate, given)[:1]}
    mine = {id(row) for row in _rows(gate, given)}
    return replace(given, rows=[row for row in rows if id(row) in keep or id(row) not in mine])


def _regressed(gate: Gate, given: Report) -> Report | None:
    """Make the record just bad enough, as far as its unit goes, and all verdicts the worst."""
    up = gate["op"].startswith(">")
    nudge = math.nextafter(gate["value"], -math.inf if up else math.inf)
    number = gate["value"] if gate["op"] in (">", "<") else nudge
    least, most = RANGES.get(unit(gate) or "", (-math.inf, math.inf))
    number = min(max(number, least), most)
    for record in _records(gate, given)[-1:]:
        record |= {"value": number, "low": number, "high": number}
    how = _definition(gate, given)
    for row in _rows(gate, given):
        row |= {"status": "failed", "reason": "runtime_error"}
        if how is not None:
            row["checks"] = {**row["checks"], how.check: _worst(gate, how)}
        row["latency"] = _SLOWER * (row.get("latency") or 1)
    return given


def _worst(gate: Gate, how: scores.Definition) -> float | str:
    """Return the value of a check with which the metric is at its worst."""
    if not how.among:
        return score(gate, good=False)
    return "none of them" if gate["op"].startswith(">") else how.among[0]


def _unscored(gate: Gate, given: Report) -> Report | None:
    for record in _records(gate, given):
        record["unscored"] = gate["max_unscored"] + max(record["n"], 1)
    for row in _rows(gate, given)[gate["min_n"] // 2 :]:
        _open(row)
    return given


def _other_unit(gate: Gate, given: Report) -> Report | None:
    if "unit" not in gate:
        return None
    for record in _records(gate, given):
        record["unit"] = f"per cent of {record['unit']}"
    return given


def _definition(gate: Gate, given: Report) -> scores.Definition | None:
    where = place(gate)
    return scores.definition(where.name, report.record(given, *where))


def _recomputed(gate: Gate) -> bool:
    return against(gate) is not None or bool({"method", "confidence", "family"} & {*gate})


MUTATIONS: Mapping[str, Mutation] = {
    "missing": _missing,
    "null": _null(None),
    "NaN": _null(math.nan),
    "n = 1": _one,
    "regressed": _regressed,
    "unscored": _unscored,
    "another unit": _other_unit,
}
