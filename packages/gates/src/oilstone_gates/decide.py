"""One gate and one measurement make a finding; the findings make the verdict."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from oilstone_gates.bounds import Measurement, meets
from oilstone_gates.gatefile import Gate

Finding = dict[str, Any]
PASSED, FAILED, INCONCLUSIVE = "passed", "failed", "inconclusive"
WORDS: Mapping[str, str] = {
    "point": "value",
    "lower": "lower bound",
    "upper": "upper bound",
}


def finding(gate: Gate, seen: Measurement | None) -> Finding:
    """Return the gate's entry of decision.json; `seen` is None for a metric that is missing."""
    verdict, explanation = judge(gate, seen)
    seen = seen or Measurement(None, None, None, 0, 0)
    return {
        "name": gate["name"],
        "metric": gate["metric"],
        "slice": gate.get("slice"),
        "op": gate["op"],
        "threshold": gate["value"],
        "basis": gate["basis"],
        "observed": _finite(seen.value),
        "low": _finite(seen.low),
        "high": _finite(seen.high),
        "n": seen.n,
        "unscored": seen.unscored,
        "baseline": gate.get("baseline"),
        "verdict": verdict,
        "rationale": gate["rationale"],
        "explanation": explanation,
    }


def judge(gate: Gate, seen: Measurement | None) -> tuple[str, str]:
    """Return the verdict on one gate and why, in words.

    Missing, null and NaN fail. Too many unscored or too few samples decide nothing; what the judge
    left open is looked at before a missing value, because it may be the reason for it.
    """
    what = _subject(gate)
    if seen is None:
        return FAILED, f"the report has no {what}"
    if seen.unscored > gate["max_unscored"]:
        allowed = gate["max_unscored"]
        return INCONCLUSIVE, f"{what}: {seen.unscored} samples are unscored, {allowed} may be"
    number = seen.at(gate["basis"])
    if number is None:
        return FAILED, f"the {WORDS[gate['basis']]} of {what} is missing or not a number"
    if seen.n < gate["min_n"]:
        return INCONCLUSIVE, f"{what} stands on {seen.n} samples, {gate['min_n']} are needed"
    good = meets(number, gate["op"], gate["value"])
    found = f"the {WORDS[gate['basis']]} of {what} is {number:.4g} (n {seen.n})"
    return PASSED if good else FAILED, f"{found}; it must be {gate['op']} {gate['value']:g}"


def overall(verdicts: Sequence[str]) -> str:
    """Return passed when every gate passed, failed when one failed, else inconclusive."""
    if FAILED in verdicts:
        return FAILED
    return PASSED if verdicts and set(verdicts) == {PASSED} else INCONCLUSIVE


def _subject(gate: Gate) -> str:
    what = f"{gate['metric']} on slice {gate['slice']}" if "slice" in gate else gate["metric"]
    return f"{what}'s difference from {gate['baseline']}" if "baseline" in gate else what


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None
