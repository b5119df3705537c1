"""Answers to known problems are judged by oilstone-eval; its verdicts are outcomes."""

import json
import shutil
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    shutil.which("oilstone-eval", path=str(Path(sys.executable).parent)) is None,
    reason="needs oilstone-eval beside it",
)
PROBLEM = {
    "id": "add", "language": "python", "prompt": "Write add(a, b).", "tests": [],
    "reference": None, "domain": "arithmetic", "difficulty": None, "licence": "CC0-1.0",
    "source": "test", "slice": "all", "checker": "python_asserts", "entry_point": "add",
    "test_code": "assert add(1, 2) == 3\n",
}  # fmt: skip
RIGHT = "Answer with:\nSure:\n\n```python\ndef add(a, b):\n    return a + b\n```\n"
WRONG = "Answer with:\nSure:\n\n```python\ndef add(a, b):\n    return a - b\n```\n"


@pytest.fixture
def serve(sqlite, standin, front):
    """A router on a test at half of the traffic, that knows one problem."""
    sqlite.production("old")
    sqlite.tested()
    problems = sqlite.root / "problems.jsonl"
    problems.write_text(json.dumps(PROBLEM) + "\n")
    made = front(sqlite, standin.url, words=["--problems", problems]).ready()
    made.wait(lambda: "x-arm" in ask(made, "hello", "none")[1])
    return made


def ask(serve, text, problem, **more):
    body = {"model": "rust-tiny", "messages": [{"role": "user", "content": text}]} | more
    path, told = "/v1/chat/completions", {"x_oilstone_problem": problem}
    return serve.call("POST", path, body, **told)


def judged(serve):
    return serve.get("/status", scope="admin")[1]["judged"]


def test_what_passes_its_tests_is_a_success_and_what_fails_a_failure(serve, sqlite):
    ask(serve, RIGHT, "add")
    ask(serve, RIGHT, "add", stream=True)
    ask(serve, WRONG, "add", stream=True)
    serve.wait(lambda: judged(serve).get("passed", 0) + judged(serve).get("failed", 0) == 3)
    assert judged(serve)["passed"] == 2
    rows = serve.wait(lambda: _outcomes(sqlite) if len(_outcomes(sqlite)) == 3 else None)
    assert sorted(outcome for outcome, _, _ in rows) == [0.0, 1.0, 1.0]
    assert all(kind == "judged" and latency > 0 for _, kind, latency in rows)


def _outcomes(workshop):
    from oilstone_registry.tables import outcomes

    with workshop.open().reading() as connection:
        rows = connection.execute(outcomes.select()).mappings()
        return [(row["outcome"], row["kind"], row["latency_ms"]) for row in rows]


def test_an_answer_to_an_unknown_problem_is_no_outcome(serve, sqlite):
    ask(serve, RIGHT, "other")
    assert "passed" not in serve.wait(lambda: judged(serve))
    assert _outcomes(sqlite) == []


def test_a_judge_that_is_behind_drops_and_does_not_wait(tmp_path):
    from oilstone_registry.router.judge import MOST, Judge

    (tmp_path / "problems.jsonl").write_text(json.dumps(PROBLEM) + "\n")
    judge = Judge(tmp_path / "problems.jsonl")
    for _ in range(MOST + 5):
        judge.offer(None, "add", b"", False, 1.0)
    assert judge.counts["dropped"] == 5
