"""Problems straight from sources, and those that no judge could judge."""

import json
import os
from pathlib import Path

import pytest

from oilstone_schemas import jsonl

HUMANEVAL = {
    "task_id": "HumanEval/0", "prompt": "def f(x):\n", "entry_point": "f",
    "canonical_solution": "    return x\n", "test": "def check(candidate):\n    pass\n",
}  # fmt: skip


def export(foreign, rows, form="problems", **source):
    made = {**foreign.lines(rows), "adapter": "humaneval", "language": "python", **source}
    path = foreign.recipe(made)
    return foreign.run("export", path, "--as", form, "--out", foreign.folder / form, "--json")


def test_a_problem_carries_what_its_judge_needs(foreign):
    assert export(foreign, [HUMANEVAL]).returncode == 0
    (found,) = jsonl.read(foreign.folder / "problems" / "problems.jsonl", "problem.v1")
    assert found["id"] == "HumanEval/0" and found["reference"] == "    return x\n"
    assert found["checker"] == "python_asserts" and found["prelude"] == "def f(x):\n"


def test_samples_are_the_known_solutions(foreign):
    assert export(foreign, [HUMANEVAL], "samples").returncode == 0
    (found,) = jsonl.read(foreign.folder / "samples" / "samples.jsonl", "sample.v1")
    assert found["problem_id"] == "HumanEval/0" and found["code"] == "    return x\n"


def test_what_is_no_problem_is_refused_with_its_line(foreign):
    made = export(foreign, [HUMANEVAL, HUMANEVAL, {"task_id": "x"}, b"{"])
    assert json.loads(made.stdout)["counts"] == {"read": 4, "problems": 1, "refused": 3}
    refused = list(jsonl.read(foreign.folder / "problems" / "refused.jsonl", "refused.v1"))
    assert {row["line"]: row["reason"] for row in refused} == {
        2: "doubled_id", 3: "missing_column", 4: "not_json"
    }  # fmt: skip


def test_sources_without_a_problem_are_exit_2(foreign):
    made = export(foreign, [{"content": "x = 1"}], adapter="rust-clean")
    assert made.returncode == 2 and not (foreign.folder / "problems").exists()


@pytest.fixture
def corpora() -> Path:
    if folder := os.environ.get("OILSTONE_TEST_DATA"):
        return Path(folder)
    pytest.skip("OILSTONE_TEST_DATA is not set: the real HumanEval and MBPP were NOT exported")


@pytest.mark.parametrize(
    ("name", "count"), [("humaneval/HumanEval.jsonl.gz", 164), ("mbpp/mbpp.jsonl", 474)]
)
def test_every_problem_of_the_real_sets_is_exported(foreign, corpora, name, count):
    source = {"name": "real", "kind": "jsonl", "path": str(corpora / name), "language": "python",
              "adapter": name.partition("/")[0]}  # fmt: skip
    path = foreign.recipe(source)
    made = foreign.run("export", path, "--as", "problems", "--out", foreign.folder / "p", "--json")
    counts = json.loads(made.stdout)["counts"]
    assert counts == {"read": count, "problems": count, "refused": 0}
