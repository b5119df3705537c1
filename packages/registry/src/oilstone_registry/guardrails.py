"""Guardrails: what a candidate may not make worse, whatever else it wins.

Each is a value in [0, 1], higher is better, with a margin. Evidence that the candidate is worse by
more than the margin stops it; evidence that it is not counts as shown. Both are e-processes, and
the guardrails of a plan share its alpha once more: of candidates that are within every margin, a
share of alpha at most is stopped.
"""

from collections.abc import Mapping
from typing import Any

from oilstone_registry.evidence import ALPHA, Evidence

ERROR, LATENCY = "error", "latency"


def value(rule: Mapping[str, Any], row: Mapping[str, Any]) -> float | None:
    """Return what an outcome says to a guardrail; None when it says nothing.

    error: 0 for a failure that the router itself saw (kind `system`, outcome 0), else 1.
    latency: scale / (scale + latency), which is 1 for none, 1/2 at `scale_ms`, and bounded.
    """
    if rule["metric"] == ERROR:
        return 0.0 if row["kind"] == "system" and row["outcome"] == 0 else 1.0
    latency = row.get("latency_ms")
    scale = float(rule["scale_ms"])
    return None if latency is None else scale / (scale + float(latency))


def needed(alpha: float, count: int) -> float:
    """Return the e-value that shows harm, or its absence, when so many guardrails share alpha."""
    return count / alpha


class Guardrail:
    """One guardrail's evidence; what it once showed, it has shown."""

    def __init__(self, rule: Mapping[str, Any], needed: float = 1 / ALPHA) -> None:
        self.needed = needed
        self.metric = str(rule["metric"])
        self.margin = float(rule["margin"])
        self.evidence = Evidence(self.margin)
        self.harmed = self.kept = False

    def add(self, value: float, treated: bool, probability: float) -> None:
        """Count one unit."""
        self.evidence.add(value, treated, probability)
        if self.evidence.worse >= self.needed:
            self.harmed = True
        if self.evidence.better >= self.needed:
            self.kept = True

    @property
    def state(self) -> str:
        """harmed, kept, or open while nothing is shown."""
        return "harmed" if self.harmed else "kept" if self.kept else "open"
