"""One gate and one measurement make a finding; the findings make the verdict."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from oilstone_gates.bounds import Measurement, meets
from oilstone_gates.gatefile import Gate, against, identity, option
from oilstone_gates.paths import place

Finding = dict[str, Any]
PASSED, FAILED, INCONCLUSIVE = "passed", "failed", "inconclusive"
_VERDICTS = {"pass": PASSED, "fail": FAILED, "inconclusive": INCONCLUSIVE}
WORDS: Mapping[str, str] = {
    "point": "value",
    "lower": "lower bound",
    "upper": "upper bound",
}


def finding(gate: Gate, seen: Measurement | None, slice: str | None = None) -> Finding:
    """Return the gate's entry of decision.json; `seen` is None for a metric that is missing."""
    verdict, explanation = judge(gate, seen, slice)
    seen = seen or Measurement(None, None, None, 0, 0)
    return {
        **({"id": identity(gate)} if "id" in gate else {}),
        "name": gate["name"],
        "metric": gate["metric"],
        "slice": slice,
        "op": gate["op"],
        "threshold": gate["value"],
        "basis": gate["basis"],
        "observed": _finite(seen.value),
        "low": _finite(seen.low),
        "high": _finite(seen.high),
        "unit": seen.unit,
        "method": seen.method,
        "level": seen.level,
        "n": seen.n,
        "unscored": seen.unscored,
        "baseline": against(gate),
        **{key: gate[key] for key in ("delta", "severity", "family") if key in gate},
        "verdict": verdict,
        "rationale": gate["rationale"],
        "explanation": explanation,
    }


def judge(gate: Gate, seen: Measurement | None, slice: str | None = None) -> tuple[str, str]:
    """Return the verdict on one gate and why, in words.

    Missing, null and NaN fail. Too many unscored or too few samples decide nothing; what the judge
    left open is looked at before a missing value, because it may be the reason for it. A gate may
    ask for another verdict in each of these cases.
    """
    what = _subject(gate, slice)
    if seen is None or seen == Measurement(
        None, None, None, 0, 0, seen.level, seen.method, seen.unit
    ):
        return _VERDICTS[option(gate, "on_missing")], f"the report has no {what}"
    insufficient = _VERDICTS[option(gate, "on_insufficient")]
    if seen.unscored > gate["max_unscored"]:
        allowed = gate["max_unscored"]
        return insufficient, f"{what}: {seen.unscored} samples are unscored, {allowed} may be"
    number = seen.at(gate["basis"])
    if number is None:
        words = f"the {WORDS[gate['basis']]} of {what} is missing or not a number"
        return _VERDICTS[option(gate, "on_nan")], words
    if seen.n < gate["min_n"]:
        return insufficient, f"{what} stands on {seen.n} samples, {gate['min_n']} are needed"
    good = meets(number, gate["op"], gate["value"])
    found = f"the {WORDS[gate['basis']]} of {what} is {number:.4g} (n {seen.n})"
    return PASSED if good else FAILED, f"{found}; it must be {gate['op']} {gate['value']:g}"


def worst(gate: Gate, seen: Measurement | None) -> tuple[int, float]:
    """Return a key that is the smaller, the worse a slice does: by verdict, then by number."""
    rank = [FAILED, INCONCLUSIVE, PASSED].index(judge(gate, seen)[0])
    number = None if seen is None else seen.at(gate["basis"])
    if number is None:
        return rank, -math.inf
    return rank, number if gate["op"].startswith(">") else -number


def overall(findings: Sequence[Mapping[str, Any]]) -> str:
    """Return passed when every blocking gate passed or is waived, failed when one failed.

    Else inconclusive; also when there is no blocking gate at all.
    """
    verdicts = [
        PASSED if "waiver" in found else found["verdict"]
        for found in findings
        if found.get("severity", "block") == "block"
    ]
    if FAILED in verdicts:
        return FAILED
    return PASSED if verdicts and set(verdicts) == {PASSED} else INCONCLUSIVE


def _subject(gate: Gate, slice: str | None) -> str:
    slice = slice or place(gate).slice
    what = f"{gate['metric']} on slice {slice}" if slice is not None else gate["metric"]
    other, relative = against(gate), option(gate, "delta") == "relative"
    if other is None:
        return what
    return f"{what}'s {'relative ' if relative else ''}difference from {other}"


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None
