"""What one verdict adds to a metric: the table that everything computed anew comes from.

A record of metrics.json says itself how it was made (`check`, `among`, `given`, `languages`); the
table below stands in for reports that do not. A sample that does not compile counts 0 for idiom,
and stays out of the clippy average. A sample whose check is not in its verdict is not measured, and
is counted as unscored, never as 0.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Verdict = Mapping[str, Any]
Score = float | None  # None: the verdict does not hold what is needed

# Ends that are no answer: nothing to run, or a run that did not come to its end.
ERRORS = ("compile_error", "runtime_error", "timeout", "memory", "output_limit", "no_code")
_QUANTILE = re.compile(r"latency_p([0-9]{1,2})")


@dataclass(frozen=True)
class Definition:
    """A metric as a mean, or as a quantile, over the verdicts that belong to it."""

    check: str
    among: tuple[str, ...] = ()
    given: str | None = None
    languages: tuple[str, ...] = ()
    quantile: float | None = None

    def applies(self, verdict: Verdict) -> bool:
        """Tell whether the verdict belongs to what is measured."""
        spoken = verdict.get("language")
        known = not self.languages or spoken is None or spoken in self.languages
        return known and (self.given is None or verdict["checks"].get(self.given) is not False)

    def score(self, verdict: Verdict) -> Score:
        """Return what the verdict adds; None where it does not say."""
        if self.check in _FACTS:
            return _FACTS[self.check](verdict)
        if self.check == "idiomatic" and verdict["checks"].get("compiles") is False:
            return 0.0
        value = verdict["checks"].get(self.check)
        if value is None:
            return None
        return float(value in self.among if self.among else value)


def _passed(verdict: Verdict) -> Score:
    return None if verdict["status"] == "unscored" else float(verdict["status"] == "passed")


def _error(verdict: Verdict) -> Score:
    return None if verdict["status"] == "unscored" else float(verdict["reason"] in ERRORS)


def _latency(verdict: Verdict) -> Score:
    return None if verdict.get("latency") is None else float(verdict["latency"])


_FACTS: Mapping[str, Callable[[Verdict], Score]] = {
    "passed": _passed,
    "error": _error,
    "latency": _latency,
}
DEFINITIONS: Mapping[str, Definition] = {
    "pass@1": Definition("passed"),
    "error_rate": Definition("error"),
    "compile_rate": Definition("compiles"),
    "doc_comment_rate": Definition("documented"),
    "avg_idiomatic_score": Definition("idiomatic"),
    "avg_clippy_warnings": Definition("clippy_warnings", given="compiles"),
}


def definition(name: str, record: Mapping[str, Any] | None) -> Definition | None:
    """Return how a metric is made of verdicts, by its record or else its name; None if unknown."""
    if found := _QUANTILE.fullmatch(name):
        return Definition("latency", quantile=int(found[1]) / 100)
    if record is not None and "check" in record:
        return Definition(
            record["check"],
            tuple(record.get("among", ())),
            record.get("given"),
            tuple(record.get("languages", ())),
        )
    return DEFINITIONS.get(name)
