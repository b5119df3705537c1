"""The power of gates as a table: how often a truth passes, and what it takes."""

from collections.abc import Mapping, Sequence
from typing import Any

from oilstone_gates import power
from oilstone_gates.gatefile import Gate, identity

BASES = ("point", "lower", "upper")


def of(gate: Gate, truths: Sequence[float], counts: Sequence[int], wanted: float) -> dict[str, Any]:
    """Return, for a gate, the chances to pass by truth and n, the least truth seen, the n needed.

    `unknown` says what is missing where nothing can be computed.
    """
    truths = truths or [gate[key] for key in ("bad", "good") if key in gate]
    counts = counts or [power.planned(gate)]
    found: dict[str, Any] = {"gate": identity(gate), "basis": gate["basis"], "power": wanted}
    try:
        rows = [_row(gate, truth, n) for truth in truths for n in counts]
        sees = {str(n): power.detectable(gate, n, wanted) for n in counts}
        needs = {str(truth): power.needed(gate, truth, wanted) for truth in truths}
    except power.Unknown as error:
        return {**found, "unknown": error.why}
    return {**found, "passes": rows, "detectable": sees, "needed": needs}


def _row(gate: Gate, truth: float, n: int) -> dict[str, Any]:
    chances = {basis: power.chance(gate, truth, n, basis) for basis in BASES}
    return {"truth": truth, "n": n, **chances}


def render(found: Sequence[Mapping[str, Any]]) -> str:
    """Return the table to read."""
    return "\n".join(line for gate in found for line in _lines(gate))


def _lines(gate: Mapping[str, Any]) -> list[str]:
    if "unknown" in gate:
        return [f"{gate['gate']}: unknown: {gate['unknown']}"]
    head = f"{'true':>10}{'n':>8}" + "".join(f"{basis:>9}" for basis in BASES)
    rows = [
        f"{row['truth']:>10g}{row['n']:>8}" + "".join(f"{row[basis]:>9.2%}" for basis in BASES)
        for row in gate["passes"]
    ]
    share = f"{gate['power']:g}"
    sees = [
        f"  passes with power {share} at n = {n}: {_or(v)}" for n, v in gate["detectable"].items()
    ]
    needs = [f"  n for a true {t} with power {share}: {_or(n)}" for t, n in gate["needed"].items()]
    return [f"{gate['gate']} (its basis: {gate['basis']})", head, *rows, *sees, *needs]


def _or(number: float | None) -> str:
    return "none" if number is None else f"{number:.6g}"
