"""The gate file: what a report must show, checked before anything else is read."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from oilstone_gates import families, shipped
from oilstone_gates.paths import place
from oilstone_schemas import recipe
from oilstone_schemas.command import OilstoneError

Gate = Mapping[str, Any]
DEFAULTS: Mapping[str, Any] = {
    "relative_to": "baseline",
    "delta": "absolute",
    "pair_by": "sample",
    "worst_slice": False,
    "on_missing": "fail",
    "on_nan": "fail",
    "on_insufficient": "inconclusive",
    "severity": "block",
    "waivable": True,
}


def option(gate: Gate, key: str) -> Any:
    """Return what the gate says, or what holds when it says nothing."""
    return gate.get(key, DEFAULTS.get(key))


def identity(gate: Gate) -> str:
    """Return the id of a gate: its name when it has no id."""
    return str(gate.get("id", gate["name"]))


def against(gate: Gate) -> str | None:
    """Return the name of the baseline that a gate is relative to; None for an absolute one."""
    relative_to = option(gate, "relative_to")
    named: str | None = gate.get("baseline")
    return named if relative_to == "baseline" else str(relative_to)


def load(path: Path) -> dict[str, Any]:
    """Return a gate file, or a shipped set of that name, with its defaults.

    Raises OilstoneError with everything wrong in it.
    """
    file = shipped.find(path)
    loaded = recipe.load(file, "gates.v1")
    problems = list(_problems(loaded["gates"]))
    if problems:
        raise OilstoneError("\n".join(f"{file}: {problem}" for problem in problems))
    return loaded


def baselines(gates: Mapping[str, Any]) -> list[str]:
    """Return the names of the baselines that the gates are relative to, sorted."""
    return sorted({name for gate in gates["gates"] if (name := against(gate)) is not None})


def _problems(gates: list[Gate]) -> Iterator[str]:
    for what, key in (("called", lambda gate: gate["name"]), ("identified by", identity)):
        for name, count in Counter(map(key, gates)).items():
            if count > 1:
                yield f"{count} gates are {what} {name!r}; a decision names each gate once"
                return
    for gate in gates:
        yield from (f"gate {gate['name']!r}: {problem}" for problem in _wrong(gate))
    yield from families.problems(gates)


def _wrong(gate: Gate) -> Iterator[str]:
    if not math.isfinite(gate["value"]):
        yield f"value {gate['value']} is no threshold; give a number"
    if "baseline" in gate and option(gate, "relative_to") != "baseline":
        yield f"it is relative to {gate['relative_to']}; leave out baseline, or relative_to"
    if gate.get("relative_to") == "baseline" and "baseline" not in gate:
        yield "it is relative to a baseline; name it with baseline"
    if against(gate) is None and {"delta", "pair_by"} & {*gate}:
        yield "delta and pair_by need a baseline, or relative_to"
    method, paired = gate.get("method"), against(gate) is not None
    if method == "newcombe-paired" and not paired:
        yield "method newcombe-paired is for a difference; name the baseline"
    if method in ("wilson", "clopper-pearson") and paired:
        yield f"method {method} is for one report; a difference takes newcombe-paired"
    if option(gate, "worst_slice") and place(gate).slice is not None:
        yield "worst_slice looks at every slice; leave out the slice"
