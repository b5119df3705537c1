"""What is wrong with a gate file before any report is there, and how sharp its gates are."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from oilstone_gates import families, power
from oilstone_gates.bounds import meets
from oilstone_gates.gatefile import Gate, against, identity, option
from oilstone_gates.paths import place
from oilstone_gates.units import extremes, known, unit

_FEW = 30  # samples below which an interval says next to nothing
_STEP = 0.02  # how much worse than its threshold a share is taken to be, when no gate says
_LAX, _LOST = 0.05, 0.5


@dataclass(frozen=True)
class Remark:
    """Something about one gate. Errors make the file unusable, warnings make it weak."""

    gate: str
    kind: Literal["error", "warning", "power"]
    text: str


def lint(gates: Mapping[str, Any], n: int | None = None) -> list[Remark]:
    """Return all remarks about a gate file; `n` stands in for every planned n."""
    asked = families.strictest(gates["gates"])
    found = [remark for gate in asked for remark in _gate(gate, n)]
    return found + list(_contradictions(gates["gates"]))


def _gate(gate: Gate, n: int | None) -> Iterator[Remark]:
    name, count = identity(gate), n or power.planned(gate)
    errors = list(_errors(gate, count))
    yield from (Remark(name, "error", text) for text in errors)
    yield from (Remark(name, "warning", text) for text in _warnings(gate))
    if not errors:
        yield from _power(gate, count)


def _errors(gate: Gate, n: int) -> Iterator[str]:
    said, real = gate.get("unit"), known(gate)
    if said is not None and real is not None and said != real:
        yield f"unit mismatch: {gate['metric']} is in {real}, the gate asks in {said}"
        return
    ends = [meets(end, gate["op"], gate["value"]) for end in extremes(gate)]
    if all(ends):
        yield "tautological: every number that can be seen passes"
    elif not any(ends):
        yield "unreachable: no number that can be seen passes"
    elif not power.best(gate, n):
        yield f"unreachable: with n = {n} even the best report does not pass on the {gate['basis']}"


def _warnings(gate: Gate) -> Iterator[str]:
    if unit(gate) is None:
        yield f"no judge here measures {gate['metric']}: is it spelt right? If so, say its unit"
    if gate["min_n"] < _FEW and unit(gate) in ("share", "warnings", "seconds"):
        yield f"missing min_n: {gate['min_n']} is none; {_FEW} is the least that says something"
    if power.planned(gate) < gate["min_n"]:
        yield f"planned_n {gate['planned_n']} is below min_n {gate['min_n']}: never decided"
    for key in ("on_missing", "on_nan", "on_insufficient"):
        if option(gate, key) == "pass":
            yield f"{key}: pass lets through what was never measured"
    lax = "upper" if gate["op"].startswith(">") else "lower"
    if gate["basis"] == lax:
        yield f"basis {lax} is the lax end for {gate['op']}: the less is known, the more passes"


def _power(gate: Gate, n: int) -> Iterator[Remark]:
    name = identity(gate)
    try:
        yield from (Remark(name, "power", line) for line in _chances(gate, n))
        bad = _bad(gate)
        lax = 0.0 if bad is None else power.chance(gate, bad, n)
        lost = power.chance(gate, gate["good"], n) if "good" in gate else 1.0
    except power.Unknown as error:
        yield Remark(name, "power", f"power unknown: {error.why}")
        return
    if lax > _LAX:
        yield Remark(name, "warning", f"a true {bad:g} passes in {lax:.1%} of reports")
    if lost < _LOST:
        yield Remark(
            name, "warning", f"a true {gate['good']:g} passes in {lost:.1%} of reports only"
        )


def _chances(gate: Gate, n: int) -> Iterator[str]:
    """Say how often truths pass at n, on the point and on the strict bound, and what is needed."""
    strict = "lower" if gate["op"].startswith(">") else "upper"
    for truth in (_bad(gate), gate.get("good")):
        if truth is not None:
            point, bound = (power.chance(gate, truth, n, basis) for basis in ("point", strict))
            yield (
                f"n = {n}: a true {truth:g} passes {_share(point)} as a point estimate,"
                f" {_share(bound)} on the {strict} bound; this gate: {gate['basis']}"
            )
    if unit(gate) is None and "sd" not in gate:
        raise power.Unknown("needs unit: share, or sd")
    sees = power.detectable(gate, n)
    what = f"a true {sees:.4g} passes" if sees is not None else "nothing passes"
    more = "" if "good" not in gate else f"; a true {gate['good']:g} needs n = {_needed(gate)}"
    yield f"with power {power.POWER:g} {what} at n = {n}{more}"


def _needed(gate: Gate) -> str:
    count = power.needed(gate, gate["good"])
    return "more than 1000000" if count is None else str(count)


def _share(chance: float) -> str:
    return f"{chance:.1%}" if chance >= 0.001 or chance == 0 else "below 0.1%"


def _bad(gate: Gate) -> float | None:
    """Return the truth that should not pass: the gate's, or a share two points worse."""
    if "bad" in gate or unit(gate) != "share" or option(gate, "delta") == "relative":
        return gate.get("bad")
    worse = gate["value"] + (-_STEP if gate["op"].startswith(">") else _STEP)
    low, high = extremes(gate)
    return worse if low <= worse <= high else None


def _contradictions(gates: Sequence[Gate]) -> Iterator[Remark]:
    """Yield pairs of gates on the same number that cannot both pass."""
    for index, one in enumerate(gates):
        for other in gates[index + 1 :]:
            if _number(one) == _number(other) and _apart(one, other):
                text = f"unreachable together with {identity(other)}: no number meets both"
                yield Remark(identity(one), "error", text)


def _number(gate: Gate) -> tuple[Any, ...]:
    return (*place(gate), against(gate), option(gate, "delta"), gate["basis"])


def _apart(one: Gate, other: Gate) -> bool:
    between = (one["value"] + other["value"]) / 2
    tried = (one["value"], other["value"], between, -math.inf, math.inf)
    return not any(
        meets(number, one["op"], one["value"]) and meets(number, other["op"], other["value"])
        for number in tried
    )
