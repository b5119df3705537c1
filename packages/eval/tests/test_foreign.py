"""Files of other evaluators are read as they are, and written so that they can be read back."""

import gzip
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oilstone_eval import inputs
from oilstone_schemas import validate
from oilstone_schemas.command import OilstoneError

Run = Callable[..., Any]
DATA = os.environ.get("OILSTONE_TEST_DATA")
HUMAN_EVAL = {
    "task_id": "HumanEval/0", "prompt": 'def one():\n    """Return 1."""\n', "entry_point": "one",
    "canonical_solution": "    return 1\n", "test": "def check(f):\n    assert f() == 1\n",
}  # fmt: skip
MBPP = {"task_id": 2, "text": "Write one.", "code": "def one():\r\n\treturn 1",
        "test_list": ["assert one() == 1"], "test_setup_code": ""}  # fmt: skip
GSM8K = {"question": "2 + 3?", "answer": "2 + 3 = <<2+3=5>>5\n#### 5"}
MATH = {"problem": "$x$?", "solution": "So $\\boxed{x}$.", "level": "Level 3", "type": "Algebra",
        "idx": 7}  # fmt: skip


def write(path: Path, *rows: dict[str, Any]) -> Path:
    text = "\n".join(map(json.dumps, rows))
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def problems(path: Path) -> dict[str, Any]:
    return inputs.problems(inputs.find(path, "problems"))


def samples(path: Path, known: dict[str, Any]) -> list[dict[str, Any]]:
    return inputs.samples(inputs.find(path, "samples"), known)


@pytest.mark.parametrize(
    ("row", "name", "checker"),
    [
        (HUMAN_EVAL, "HumanEval/0", "python_asserts"), (MBPP, "Mbpp/2", "python_asserts"),
        (GSM8K, "gsm8k/0", "final_answer"), (MATH, "math/7", "final_answer"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_problems_of_others_become_ours(
    tmp_path: Path, row: dict[str, Any], name: str, checker: str, suffix: str
) -> None:
    found = problems(write(tmp_path / f"p{suffix}", row))[name]
    validate.check(found, "problem.v1", name)
    assert found["checker"] == checker


def test_a_completion_goes_on_from_the_prompt(tmp_path: Path) -> None:
    found = problems(write(tmp_path / "p.jsonl", HUMAN_EVAL))["HumanEval/0"]
    assert (found["prelude"], found["entry_point"]) == (HUMAN_EVAL["prompt"], "one")


@pytest.mark.parametrize("key", ["completion", "solution"])
def test_samples_of_others_are_code_as_they_are(tmp_path: Path, key: str) -> None:
    known = problems(write(tmp_path / "p.jsonl", HUMAN_EVAL))
    rows = [{"task_id": "HumanEval/0", key: code} for code in ("    return 1\n", "```python\n")]
    found = samples(write(tmp_path / "s.jsonl", *rows), known)
    assert [(row["sample_index"], row["code"]) for row in found] == [
        (0, "    return 1\n"), (1, "```python\n"),
    ]  # fmt: skip


def test_samples_of_lm_eval_are_read_once_for_all_filters(tmp_path: Path) -> None:
    known = problems(write(tmp_path / "p.jsonl", GSM8K, {**GSM8K, "question": "3 + 2?"}))
    rows = [
        {"doc_id": place, "doc": GSM8K, "resps": [[f"It is {place}."]], "filter": each}
        for each in ("strict-match", "flexible-extract")
        for place in (0, 1)
    ]
    found = samples(write(tmp_path / "s.jsonl", *rows), known)
    assert [(row["problem_id"], row["code"]) for row in found] == [
        ("gsm8k/0", "It is 0."), ("gsm8k/1", "It is 1."),
    ]  # fmt: skip


def test_a_sample_for_no_problem_is_named(tmp_path: Path) -> None:
    known = problems(write(tmp_path / "p.jsonl", HUMAN_EVAL))
    path = write(tmp_path / "s.jsonl", {"task_id": "HumanEval/9", "completion": "x"})
    with pytest.raises(OilstoneError, match=r"s\.jsonl:1: answers problem 'HumanEval/9'"):
        samples(path, known)


@pytest.mark.parametrize(
    "row", [{"task_id": "HumanEval/0", "completion": None}, {"completion": ""}]
)
def test_a_broken_sample_is_named(tmp_path: Path, row: dict[str, Any]) -> None:
    known = problems(write(tmp_path / "p.jsonl", HUMAN_EVAL))
    with pytest.raises(OilstoneError, match=r"s\.jsonl:1: '(completion|task_id)' is not a text"):
        samples(write(tmp_path / "s.jsonl", row), known)


@pytest.mark.parametrize("kept", [1, 30, 2000, 30_000, -9])
def test_a_compressed_file_that_is_cut_off_is_named(tmp_path: Path, kept: int) -> None:
    names = [hashlib.sha256(bytes([n])).hexdigest() for n in range(256)]
    rows = [{**HUMAN_EVAL, "task_id": name, "prompt": 20 * name} for name in names * 4]
    path = write(tmp_path / "p.jsonl.gz", *rows)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(OilstoneError, match=r"p\.jsonl\.gz.* cut off or damaged"):
        problems(path)


def test_a_file_without_samples_is_refused(tmp_path: Path) -> None:
    known = problems(write(tmp_path / "p.jsonl", HUMAN_EVAL))
    (tmp_path / "s.jsonl").touch()
    with pytest.raises(OilstoneError, match="no samples in it"):
        samples(tmp_path / "s.jsonl", known)


@pytest.fixture
def sums(run: Run, tmp_path: Path) -> Path:
    """A report on two right answers and a wrong one to two problems of GSM8K."""
    write(tmp_path / "p.jsonl", GSM8K, {**GSM8K, "question": "10 / 2?"})
    rows = [("gsm8k/0", "A: 5"), ("gsm8k/0", "A: 6"), ("gsm8k/1", "A: 5")]
    answers = [{"task_id": name, "completion": text} for name, text in rows]
    write(tmp_path / "s.jsonl", *answers)
    done = run("judge", "s.jsonl", "--problems", "p.jsonl", "--out", "report")
    assert done.returncode == 0, done.stderr
    return tmp_path


@pytest.mark.parametrize("kind", ["human-eval", "evalplus", "lm-eval"])
def test_an_exported_report_holds_every_sample(run: Run, sums: Path, kind: str) -> None:
    done = run("export", "report", "--as", kind, "--out", "out.json", "--json")
    assert json.loads(done.stdout)["samples"] == 3


@pytest.mark.parametrize("kind", ["human-eval", "lm-eval"])
def test_an_exported_report_is_judged_the_same(run: Run, sums: Path, kind: str) -> None:
    run("export", "report", "--as", kind, "--out", "back.jsonl")
    done = run("judge", "back.jsonl", "--problems", "p.jsonl", "--out", "again", "--json")
    assert json.loads(done.stdout)["counts"] == {
        "problems": 2, "samples": 3, "passed": 2, "failed": 1, "unscored": 0,
    }  # fmt: skip


def test_human_evals_results_say_what_passed(run: Run, sums: Path) -> None:
    run("export", "report", "--as", "human-eval", "--out", "out.jsonl")
    rows = [json.loads(line) for line in (sums / "out.jsonl").read_text().splitlines()]
    assert [(row["passed"], row["result"]) for row in rows] == [
        (True, "passed"), (False, "failed: '6', not '5'"), (True, "passed"),
    ]  # fmt: skip


def test_evalplus_results_are_grouped_by_task(run: Run, sums: Path) -> None:
    run("export", "report", "--as", "evalplus", "--out", "out.json")
    found = json.loads((sums / "out.json").read_text())["eval"]
    assert {name: [row["base_status"] for row in rows] for name, rows in found.items()} == {
        "gsm8k/0": ["pass", "fail"], "gsm8k/1": ["pass"],
    }  # fmt: skip


def test_a_report_whose_samples_are_gone_is_not_exported(run: Run, sums: Path) -> None:
    write(sums / "s.jsonl", {"task_id": "gsm8k/0", "completion": "A: 9"})
    done = run("export", "report", "--as", "human-eval", "--out", "out.jsonl")
    assert (done.returncode, "no longer there" in done.stderr) == (2, True)


@pytest.mark.skipif(not DATA, reason="OILSTONE_TEST_DATA not set")
@pytest.mark.parametrize(
    ("path", "count"),
    [("humaneval/HumanEval.jsonl.gz", 164), ("mbpp/mbpp.jsonl", 474), ("gsm8k/test.jsonl", 300),
     ("math/math_test_500.jsonl", 500)],
)  # fmt: skip
def test_the_real_files_are_read(path: str, count: int) -> None:
    found = problems(Path(str(DATA)) / path)
    for name, row in found.items():
        validate.check(row, "problem.v1", name)
    assert len(found) == count


@pytest.mark.skipif(not DATA, reason="OILSTONE_TEST_DATA not set")
def test_human_evals_own_files_are_judged_as_they_are(run: Run, tmp_path: Path) -> None:
    """Canonical solutions pass, and solutions that return nothing fail."""
    source = Path(str(DATA)) / "humaneval/HumanEval.jsonl.gz"
    rows = [json.loads(line) for line in gzip.decompress(source.read_bytes()).splitlines()]
    answers = [
        {"task_id": row["task_id"], "completion": code}
        for row in rows
        for code in (row["canonical_solution"], "    return None\n")
    ]
    write(tmp_path / "s.jsonl.gz", *answers)
    done = run("judge", "s.jsonl.gz", "--problems", str(source), "--out", "report", "--json")
    counts = json.loads(done.stdout)["counts"]
    assert (counts["passed"], counts["failed"], counts["unscored"]) == (164, 164, 0), done.stderr
