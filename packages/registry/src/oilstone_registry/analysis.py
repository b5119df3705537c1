"""An experiment's outcomes, folded into a verdict: the same log gives the same bits."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from oilstone_registry import guardrails
from oilstone_registry.evidence import CALLS, Evidence, needed
from oilstone_registry.guardrails import Guardrail
from oilstone_registry.interval import effect
from oilstone_registry.ratio import Ratio
from oilstone_registry.sequential import boundaries
from oilstone_registry.units import Outcome, Units

OPEN, BETTER, WORSE = "open", "better", "worse"
HARMED, MISMATCH, UNDECIDED = "harmed", "mismatch", "undecided"
CURVE = 400  # points of the plot, at most


class Analysis:
    """Everything that is said about a running experiment; `plan` follows recipe-experiment.v1."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self.plan = plan
        alpha, rules = plan["alpha"], plan["guardrails"]
        self.needed = needed(alpha)
        self.units = Units(float(plan["window_s"]))
        self.evidence, self.ratio = Evidence(), Ratio(alpha)
        limit = guardrails.needed(alpha, len(rules))
        self.guardrails = [Guardrail(rule, limit) for rule in rules]
        self._adders = [self.evidence.add, *(one.add for one in self.guardrails)]
        self.arms = {True: [0, 0.0], False: [0, 0.0]}  # units and the sum of their outcomes
        self.shown: str | None = None  # the first verdict of the primary test
        self.shown_at: int | None = None
        self.curve: list[tuple[int, float, float, float]] = []
        self._stride = 1
        self._looks = _looks(plan)
        self._decide = self._at_once if self._looks is None else self._at_look

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        for unit in self.units.add(outcome):
            self._count(unit)

    def close(self) -> None:
        """Count the units whose window is still open, because the experiment has ended."""
        for unit in self.units.close():
            self._count(unit)
        if self._looks is not None and self.shown is None and self.evidence.n:
            self.shown = UNDECIDED

    @property
    def verdict(self) -> str:
        """A mismatch or harm comes first; else what the primary test showed first; else open."""
        if self.ratio.alarm:
            return MISMATCH
        if any(one.harmed for one in self.guardrails):
            return HARMED
        return self.shown or OPEN

    def _count(self, unit: Outcome) -> None:
        _, treated, probability, _, values = unit
        self.ratio.add(treated, probability)
        for add, value in zip(self._adders, values, strict=True):
            if value is not None:
                add(value, treated, probability)
        assert values[0] is not None  # every outcome has one
        arm = self.arms[treated]
        arm[0] += 1
        arm[1] += values[0]
        if self.shown is None and (found := self._decide()) is not None:
            self.shown, self.shown_at = found, self.evidence.n
        if self.evidence.n % self._stride == 0:
            self._draw()

    def _at_once(self) -> str | None:
        """At whatever moment an e-value is high enough."""
        if self.evidence.better >= self.needed:
            return BETTER
        return WORSE if self.evidence.worse >= self.needed else None

    def _at_look(self) -> str | None:
        """Only at planned looks, against the boundary of that look; at the last one for good."""
        assert self._looks is not None
        limit = self._looks.get(self.evidence.n)
        if limit is None:
            return None
        total, squares = self.evidence.total
        z = total / math.sqrt(squares) if squares else 0.0
        if abs(z) >= limit:
            return BETTER if z > 0 else WORSE
        return UNDECIDED if self.evidence.n == self.plan["budget"] else None

    def _draw(self) -> None:
        self.curve.append((self.evidence.n, *self.interval()))
        if len(self.curve) >= CURVE:
            self.curve = self.curve[1::2]
            self._stride *= 2

    def interval(self) -> tuple[float, float, float]:
        """Return the effect in shares with its confidence sequence: value, low, high."""
        return effect(self.evidence.n, *self.evidence.total, self.plan["alpha"])


def _looks(plan: Mapping[str, Any]) -> dict[int, float] | None:
    if plan["method"] != "group-sequential":
        return None
    budget, looks = plan["budget"], plan["looks"]
    at = sorted({math.ceil(budget * (k + 1) / looks) for k in range(looks)})
    limits = boundaries([n / budget for n in at], CALLS * plan["alpha"], plan["spending"])
    return dict(zip(at, limits, strict=True))


def replay(plan: Mapping[str, Any], outcomes: Iterable[Outcome], *, ended: bool) -> Analysis:
    """Return the analysis of a log in its order; `ended` closes the windows that are open."""
    analysis = Analysis(plan)
    for outcome in outcomes:
        analysis.add(outcome)
    if ended:
        analysis.close()
    return analysis


def summary(analysis: Analysis) -> dict[str, Any]:
    """Return what `ab status` shows, as JSON."""
    value, low, high = analysis.interval()
    return {
        "verdict": analysis.verdict,
        "shown_at": analysis.shown_at,
        "units": analysis.evidence.n,
        "pending_units": analysis.units.pending,
        "late_outcomes": analysis.units.late,
        "effect": {"value": value, "low": low, "high": high, "level": 1 - analysis.plan["alpha"]},
        "e_better": analysis.evidence.better,
        "e_worse": analysis.evidence.worse,
        "e_needed": analysis.needed,
        "sample_ratio": _shares(analysis.ratio),
        "arms": dict(_arms(analysis)),
        "guardrails": [_guarded(one) for one in analysis.guardrails],
    }


def _arms(analysis: Analysis) -> Iterator[tuple[str, dict[str, Any]]]:
    for treated, name in ((False, "control"), (True, "candidate")):
        units, total = analysis.arms[treated]
        yield name, {"units": int(units), "success_rate": total / units if units else None}


def _shares(ratio: Ratio) -> dict[str, Any]:
    return {"alarm": ratio.alarm, "bayes_factor": ratio.factor, "needed": ratio.needed}


def _guarded(one: Guardrail) -> dict[str, Any]:
    said = {"metric": one.metric, "margin": one.margin, "state": one.state}
    return said | {"e_harmed": one.evidence.worse, "e_kept": one.evidence.better}
