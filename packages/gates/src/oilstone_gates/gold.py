"""The best report there can be for a gate file, and a half bad baseline: mutants start there."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from oilstone_gates.estimate import estimate
from oilstone_gates.gatefile import Gate, baselines
from oilstone_gates.measure import Evidence
from oilstone_gates.pairs import tabulate
from oilstone_gates.paths import place
from oilstone_gates.report import Report
from oilstone_gates.scores import Definition, Verdict, definition
from oilstone_gates.units import RANGES, unit
from oilstone_schemas.artifact import Manifest

_BAD = {"warnings": 9.0, "seconds": 9.0}
# Checks of metrics whose own record would say so.
_CHECKS = {"shellcheck_clean_rate": "shellcheck_clean", "command_only_rate": "command_only"}


def evidence(gates: Mapping[str, Any]) -> Evidence:
    """Return evidence on which every sensible gate passes: all perfect, against half bad."""
    asked = gates["gates"]
    ours = report(asked, lambda index: True)
    others = {name: report(asked, lambda index: index % 2 == 0) for name in baselines(gates)}
    return Evidence(ours, others, None)


def report(gates: Sequence[Gate], good: Any) -> Report:
    """Return a report in memory; `good(index)` tells whether a sample is perfect or worthless."""
    size = max(gate["min_n"] for gate in gates)
    slices = sorted({place(gate).slice or "main" for gate in gates})
    numbered = [(name, index) for name in slices for index in range(size)]
    rows: list[Verdict] = [verdict(gates, name, index, good(index)) for name, index in numbered]
    found = {name: _records(gates, [r for r in rows if r["slice"] == name]) for name in slices}
    metrics = {"metrics": _records(gates, rows), "slices": found, "primary_slice": None}
    return Report(Manifest(Path("gold"), {"digest": "0" * 64, "seed": 0}), metrics, rows)


def verdict(gates: Sequence[Gate], slice: str, index: int, good: bool) -> dict[str, Any]:
    """Return a verdict that is as good, or as bad, as can be for every gate."""
    found: dict[str, Any] = {
        "problem_id": f"{slice}-{index}",
        "sample_index": 0,
        "slice": slice,
        "status": "passed" if good else "failed",
        "reason": None if good else "runtime_error",
        "latency": 1.0 if good else 9.0,
        "checks": {},
    }
    for gate in gates:
        how = made_of(gate)
        if how.check not in ("passed", "error", "latency"):
            found["checks"][how.check] = score(gate, good)
    return found


def made_of(gate: Gate) -> Definition:
    """Return how the gate's metric is made in a report of gold."""
    name = place(gate).name
    return definition(name, None) or Definition(_CHECKS.get(name, name))


def score(gate: Gate, good: bool) -> float:
    """Return the best or the worst score for a gate."""
    kind, rising = unit(gate) or "", gate["op"].startswith(">")
    low, high = RANGES.get(kind, (0.0, abs(gate["value"]) * 2 + 1))
    most = high if high < 1e9 else _BAD.get(kind, abs(gate["value"]) * 2 + 9)
    return float(most if rising == good else low)


def _records(gates: Sequence[Gate], rows: Sequence[Verdict]) -> dict[str, Any]:
    return {place(gate).name: _record(gate, rows) for gate in gates}


def _record(gate: Gate, rows: Sequence[Verdict]) -> dict[str, Any]:
    how = made_of(gate)
    keyed = {(row["problem_id"], row["sample_index"]): row for row in rows}
    found = estimate(tabulate(how, [keyed]), seed=0, quantile=how.quantile)
    return {
        "value": found.value, "low": found.low, "high": found.high, "n": found.n,
        "unscored": found.unscored, "level": found.level, "method": found.method,
        "unit": unit(gate) or "score", "check": how.check,
    }  # fmt: skip
