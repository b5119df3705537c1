"""Units of the metrics that we know, and what numbers a unit has."""

import math
from collections.abc import Mapping

from oilstone_gates.gatefile import Gate, against, option
from oilstone_gates.paths import place

RANGES: Mapping[str, tuple[float, float]] = {
    "share": (0, 1),
    "score": (0, 1),
    "warnings": (0, math.inf),
    "seconds": (0, math.inf),
    "count": (0, math.inf),
}
_SHARES = (
    *("pass@1", "error_rate", "compile_rate", "doc_comment_rate", "accuracy", "answered_rate"),
    *("shellcheck_clean_rate", "syntax_rate", "exact_match_rate", "normalised_match_rate"),
    *("command_only_rate", "dangerous_rate", "polarized_share", "niah_accuracy"),
)
_UNITS: Mapping[str, str] = {
    **dict.fromkeys(_SHARES, "share"),
    "avg_idiomatic_score": "score",
    "avg_clippy_warnings": "warnings",
    "latency_p50": "seconds",
    "latency_p95": "seconds",
}


def known(gate: Gate) -> str | None:
    """Return the unit that the gate's metric is known to have; None for one that is not known."""
    return _UNITS.get(place(gate).name)


def unit(gate: Gate) -> str | None:
    """Return the unit of the gate's metric: as the gate says, else as it is known."""
    said: str | None = gate.get("unit")
    return said or known(gate)


def extremes(gate: Gate) -> tuple[float, float]:
    """Return the least and the greatest number that the gate can see."""
    low, high = RANGES.get(unit(gate) or "", (-math.inf, math.inf))
    if against(gate) is None:
        return low, high
    if option(gate, "delta") == "relative":
        return (-1, math.inf) if low == 0 else (-math.inf, math.inf)
    return low - high, high - low
