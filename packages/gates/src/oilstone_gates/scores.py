"""What one verdict adds to a metric: the table that a paired difference is computed from.

A sample that does not compile counts 0 for idiom, and stays out of the clippy average. A sample
whose check is not in its verdict is not measured, and is counted as unscored, never as 0.
The evaluator's own table, from which metrics.json comes, says the same of one report by itself.
"""

from collections.abc import Callable, Mapping
from typing import Any

Verdict = Mapping[str, Any]
Score = float | None  # None: the verdict does not hold what is needed


def _check(name: str) -> Callable[[Verdict], Score]:
    def score(verdict: Verdict) -> Score:
        value = verdict["checks"].get(name)
        return None if value is None else float(value)

    return score


def _passed(verdict: Verdict) -> Score:
    return None if verdict["status"] == "unscored" else float(verdict["status"] == "passed")


def _may_compile(verdict: Verdict) -> bool:
    return verdict["checks"].get("compiles") is not False


def _idiomatic(verdict: Verdict) -> Score:
    return _check("idiomatic")(verdict) if _may_compile(verdict) else 0.0


SCORES: Mapping[str, Callable[[Verdict], Score]] = {
    "pass@1": _passed,
    "compile_rate": _check("compiles"),
    "doc_comment_rate": _check("documented"),
    "avg_idiomatic_score": _idiomatic,
    "avg_clippy_warnings": _check("clippy_warnings"),
}

# A pair counts only where this holds for both of its verdicts; all pairs where a metric has none.
APPLIES: Mapping[str, Callable[[Verdict], bool]] = {"avg_clippy_warnings": _may_compile}
