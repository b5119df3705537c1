"""From samples to programs, and from rulings to verdicts."""

from collections.abc import Mapping, Sequence

from oilstone_eval.inputs import Row
from oilstone_eval.judges.base import Case, Program, Ruling
from oilstone_eval.scores import NO_ANSWER

_FIELDS = ("checker", "entry_point", "test_code", "prelude", "module_name", "compare", "tolerance",
           "answer", "reference", "prompt")  # fmt: skip
NOT_RUN = Ruling("unscored", "not_run", "there is no sample for this problem")


def program(sample: Row, problem: Row, reads_completion: bool) -> Program:
    """Return what is to be judged; of a sample without code, the problem around nothing."""
    return Program(
        sample["code"] or "",
        tuple(Case(**test) for test in problem["tests"]),
        problem["language"],
        fixture=tuple(sorted(problem.get("fixture", {}).items())),
        completion=sample["completion"] if reads_completion else "",
        **{key: problem[key] for key in _FIELDS if key in problem},
    )


def empty(program: Program) -> bool:
    """Tell whether there is nothing to judge."""
    return not program.code.strip()


def lost(sample: Row) -> Ruling | None:
    """Return the ruling on an answer that never came; None for one that did.

    No fault of the model, so it is not judged; but it counts as an error.
    """
    if sample["finish_reason"] != "error":
        return None
    return Ruling(
        "unscored", "not_run", f"no answer came: {sample.get('error')}", {NO_ANSWER: True}
    )


def verdict(problem: Row, sample: Row | None, ruling: Ruling, tier: str) -> Row:
    """Return the verdict on one sample (None: there is none), as in verdict.v1."""
    return {
        "problem_id": problem["id"], "sample_index": sample["sample_index"] if sample else 0,
        "language": problem["language"],
        "slice": problem["slice"], "status": ruling.status, "reason": ruling.reason,
        "checks": dict(ruling.checks), "tier": tier, "seconds": round(ruling.seconds, 6),
        "latency": _latency(sample) if sample else None,
        "explanation": ruling.explanation,
    }  # fmt: skip


def _latency(sample: Row) -> float | None:
    """Return how long the answer took; None for one that no model gave."""
    asked = sample["finish_reason"] not in ("copied", "unknown")
    return float(sample["seconds"]) if asked else None


def unanswered(problems: Mapping[str, Row], samples: Sequence[Row]) -> list[Row]:
    """Return the problems that no sample answers."""
    answered = {row["problem_id"] for row in samples}
    return [problem for name, problem in problems.items() if name not in answered]
