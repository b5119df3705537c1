"""Problem files of others: HumanEval (EvalPlus's too), MBPP, GSM8K and MATH."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from oilstone_eval.formats.rows import Row, keys, rows, text
from oilstone_schemas.command import OilstoneError


def read(path: Path) -> Iterator[Row] | None:
    """Return the problems of a foreign file, as in problem.v1; None when its kind is not known."""
    there = keys(path)
    for wanted, problem in _KINDS:
        if wanted <= there:
            return (problem(row, number, where) for number, (where, row) in enumerate(rows(path)))
    return None


def _problem(name: str, language: str, prompt: str, source: str, **more: Any) -> Row:
    return {
        "id": name, "language": language, "prompt": prompt, "tests": [], "reference": None,
        "domain": source, "difficulty": None, "licence": "MIT", "source": source, "slice": source,
        **more,
    }  # fmt: skip


def _humaneval(row: Row, number: int, where: str) -> Row:
    prompt = text(row, "prompt", where)
    return _problem(
        text(row, "task_id", where), "python", prompt, "HumanEval", checker="python_asserts",
        entry_point=text(row, "entry_point", where), test_code=text(row, "test", where),
        prelude=prompt, reference=prompt + text(row, "canonical_solution", where),
    )  # fmt: skip


def _mbpp(row: Row, number: int, where: str) -> Row:
    tests = row["test_list"]
    if not (isinstance(tests, list) and tests and all(isinstance(test, str) for test in tests)):
        raise OilstoneError(f"{where}: 'test_list' is not a list of asserts")
    asked = text(row, "text" if "text" in row else "prompt", where)
    before = row.get("test_setup_code") or "\n".join(row.get("test_imports") or ())
    return _problem(
        f"Mbpp/{row.get('task_id', number)}", "python",
        f"{asked}\nYour code should pass these tests:\n" + "\n".join(tests), "MBPP",
        checker="python_asserts", test_code="\n".join([before, *tests] if before else tests),
        reference=text(row, "code", where), licence="CC-BY-4.0",
    )  # fmt: skip


def _gsm8k(row: Row, number: int, where: str) -> Row:
    solution = text(row, "answer", where)
    return _problem(
        f"gsm8k/{number}", "math", text(row, "question", where), "GSM8K", checker="final_answer",
        answer=solution.rpartition("####")[2].strip(), reference=solution,
    )  # fmt: skip


def _math(row: Row, number: int, where: str) -> Row:
    from oilstone_eval.judges.math.answer import final

    solution = text(row, "solution", where)
    return _problem(
        f"math/{row.get('idx', number)}", "math", text(row, "problem", where), "MATH",
        checker="final_answer", answer=final(solution) or "", reference=solution,
        difficulty=row.get("level"), domain=str(row.get("type", "MATH")),
    )  # fmt: skip


_KINDS: list[tuple[frozenset[str], Callable[[Row, int, str], Row]]] = [
    (frozenset(("task_id", "prompt", "entry_point", "test")), _humaneval),
    (frozenset(("test_list", "code")), _mbpp),
    (frozenset(("question", "answer")), _gsm8k),
    (frozenset(("problem", "solution")), _math),
]
