"""What one verdict adds to each metric. README.md defines them; gates read the same fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Verdict = Mapping[str, Any]


@dataclass(frozen=True)
class Metric:
    """`score` is None where the verdict does not hold it; `counts` says which verdicts belong."""

    unit: str
    score: Callable[[Verdict], float | None]
    counts: Callable[[Verdict], bool] = lambda verdict: True


def _check(name: str) -> Callable[[Verdict], float | None]:
    def score(verdict: Verdict) -> float | None:
        value = verdict["checks"].get(name)
        return None if value is None else float(value)

    return score


def _passed(verdict: Verdict) -> float | None:
    return None if verdict["status"] == "unscored" else float(verdict["status"] == "passed")


def _may_compile(verdict: Verdict) -> bool:
    return verdict["checks"].get("compiles") is not False


METRICS: Mapping[str, Metric] = {
    "pass@1": Metric("share", _passed),
    "compile_rate": Metric("share", _check("compiles")),
    "doc_comment_rate": Metric("share", _check("documented")),
    "avg_idiomatic_score": Metric("score", _check("idiomatic")),
    "avg_clippy_warnings": Metric("warnings", _check("clippy_warnings"), _may_compile),
}
