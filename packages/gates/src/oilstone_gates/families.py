"""Families of gates: together they err at most as often as one gate alone would (Holm 1979).

Holm's step-down on bounds: with k gates left, each is looked at with the k-th part of the allowed
error; those that pass leave, and the rest is looked at again, until none does.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from oilstone_gates.bounds import Measurement
from oilstone_gates.estimate import LEVEL

Gate = Mapping[str, Any]
Measure = Callable[[Gate, float], Measurement | None]
Passes = Callable[[Gate, Measurement | None], bool]


def members(gates: Sequence[Gate]) -> dict[str, list[Gate]]:
    """Return the gates by family; gates of no family are left out."""
    found: dict[str, list[Gate]] = defaultdict(list)
    for gate in gates:
        if "family" in gate:
            found[gate["family"]].append(gate)
    return dict(found)


def problems(gates: Sequence[Gate]) -> Iterator[str]:
    """Yield what keeps gates from being corrected together."""
    for name, family in members(gates).items():
        if any(gate["basis"] == "point" for gate in family):
            yield f"family {name!r}: a point has no error to correct; use basis lower or upper"
        if len({gate.get("confidence", LEVEL) for gate in family}) > 1:
            yield f"family {name!r}: its gates ask for more than one confidence"
        if any(gate.get("worst_slice") for gate in family):
            yield f"family {name!r}: worst_slice and family do not go together"


def strictest(gates: Sequence[Gate]) -> list[Gate]:
    """Return the gates with the confidence that the first of a family to pass must pass at."""
    sizes = {name: len(family) for name, family in members(gates).items()}
    return [
        {**gate, "confidence": _level(gate, sizes[gate["family"]])} if "family" in gate else gate
        for gate in gates
    ]


def _level(gate: Gate, left: int) -> float:
    return 1 - (1 - float(gate.get("confidence", LEVEL))) / left


def corrected(
    family: Sequence[Gate], measure: Measure, passes: Passes
) -> dict[str, Measurement | None]:
    """Return what each gate of a family sees, by its name, at the level that Holm's rule gives."""
    seen: dict[str, Measurement | None] = {}
    left = list(family)
    while left:
        level = _level(left[0], len(left))
        seen |= {gate["name"]: measure(gate, level) for gate in left}
        failing = [gate for gate in left if not passes(gate, seen[gate["name"]])]
        if len(failing) == len(left):
            break
        left = failing
    return seen
