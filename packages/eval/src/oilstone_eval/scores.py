"""What one verdict adds to each metric. Every judge declares its metrics in its metrics.py."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from oilstone_eval.judges import languages

Verdict = Mapping[str, Any]

# Ends that are no answer: nothing to run, or a run that did not come to its end.
ERRORS = ("compile_error", "runtime_error", "timeout", "memory", "output_limit", "no_code")

NO_ANSWER = "no_answer"  # the check of a sample that its model never gave


@dataclass(frozen=True)
class Metric:
    """The mean of a check over the verdicts of a report.

    `check` names an entry of the verdict's `checks`, or one of the facts below, which every verdict
    has. `among`: the score is 1 where the check's value is one of these, else 0. `given`: only
    verdicts whose check of that name is not false belong. `method`: the interval, by default Wilson
    for shares and the bootstrap for all else.
    """

    unit: str
    check: str
    among: tuple[str, ...] = ()
    given: str | None = None
    method: str | None = None

    def score(self, verdict: Verdict) -> float | None:
        """Return the verdict's score; None where it does not hold one."""
        fact = _FACTS.get(self.check)
        value = fact(verdict) if fact else verdict["checks"].get(self.check)
        if value is None:
            return None
        return float(value in self.among if self.among else value)

    def counts(self, verdict: Verdict) -> bool:
        """Tell whether the verdict belongs to what is measured."""
        return self.given is None or verdict["checks"].get(self.given) is not False


def _passed(verdict: Verdict) -> bool | None:
    return None if verdict["status"] == "unscored" else verdict["status"] == "passed"


def _error(verdict: Verdict) -> bool | None:
    if verdict["checks"].get(NO_ANSWER):
        return True
    return None if verdict["status"] == "unscored" else verdict["reason"] in ERRORS


_FACTS: Mapping[str, Callable[[Verdict], bool | None]] = {"passed": _passed, "error": _error}
PASSED = Metric("share", "passed")
# Of every report, whatever its languages.
COMMON: Mapping[str, Metric] = {"error_rate": Metric("share", "error")}


@dataclass(frozen=True)
class Declared:
    """A metric and the languages it is taken over; () for all."""

    metric: Metric
    languages: tuple[str, ...] = ()

    def takes(self, verdict: Verdict) -> bool:
        """Tell whether the verdict belongs; one that names no language belongs everywhere."""
        language = verdict.get("language")
        spoken = not self.languages or language is None or language in self.languages
        return spoken and self.metric.counts(verdict)

    def as_json(self) -> dict[str, Any]:
        """Return the definition as a metric record of metrics.v1 holds it."""
        metric = self.metric
        found = {"check": metric.check, "among": list(metric.among), "given": metric.given,
                 "languages": list(self.languages)}  # fmt: skip
        return {key: value for key, value in found.items() if value}


def declared(spoken: Iterable[str]) -> dict[str, Declared]:
    """Return the metrics of a report by name, pass@1 first; `spoken` are its problems' languages.

    Languages of one judge share its metrics, and judges those that they declare alike; a name that
    means something else to a second judge gets that judge's name in front.
    """
    found = {"pass@1": Declared(PASSED)}
    by_judge: dict[str, list[str]] = {}
    for language in sorted(set(spoken)):
        by_judge.setdefault(languages.family(language), []).append(language)
    for judge, own in by_judge.items():
        module = import_module(f"oilstone_eval.judges.{judge}.metrics")
        for name, metric in module.METRICS.items():
            there = found.get(name)
            if there is None:
                found[name] = Declared(metric, tuple(own))
            elif there.metric == metric:
                found[name] = Declared(metric, (*there.languages, *own))
            else:
                found[f"{judge}.{name}"] = Declared(metric, tuple(own))
    return found | {name: Declared(metric) for name, metric in COMMON.items()}


def of_record(record: Mapping[str, Any]) -> Declared:
    """Return the definition that a record of metrics.json carries."""
    metric = Metric(
        record["unit"], record["check"], tuple(record.get("among", ())), record.get("given")
    )
    return Declared(metric, tuple(record.get("languages", ())))
