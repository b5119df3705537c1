"""A dataset of the world of mathematics, as the installed command builds and exports it."""

import json
from pathlib import Path

import pytest

from oilstone_data.world.math.skeleton import skeleton
from oilstone_schemas import jsonl

RECIPE = {
    "seed": 7,
    "system_prompt": "",
    "world": {
        "language": "math",
        "rows": 600,
        "plain_share": 0.5,
        "tests": 2,
        "eval_rows": 60,
        "held_out": {
            "families": ["average_of", "friends"],
            "combination_share": 0.15,
            "eval_share": 0.05,
            "problems_per_family": 3,
        },
    },
}


@pytest.fixture(scope="module")
def built(run, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("math")
    (folder / "data.yaml").write_text(json.dumps(RECIPE))  # JSON is YAML
    made = run("build", folder / "data.yaml", "--out", folder / "data")
    assert made.returncode == 0, made.stderr
    return folder / "data"


def test_its_files_share_no_group_and_no_worked_solution(built):
    rows = {s: list(jsonl.read(built / f"{s}.jsonl", "row.v1")) for s in ("train", "eval", "test")}
    for one, other in (("train", "test"), ("train", "eval"), ("eval", "test")):
        assert not {r["group"] for r in rows[one]} & {r["group"] for r in rows[other]}
        mine = {skeleton(r["completion"]) for r in rows[one]} - {""}
        assert not mine & {skeleton(r["completion"]) for r in rows[other]}


def test_its_style_is_what_its_marks_say(built):
    rows = list(jsonl.read(built / "train.jsonl", "row.v1"))
    assert {row["style"] for row in rows} == {"plain", "idiomatic"}
    for row in rows:
        assert row["quality"]["documented"] == (row["style"] == "idiomatic")


def test_its_problems_carry_the_right_answer(built, run, tmp_path):
    made = run("export", built, "--as", "problems", "--out", tmp_path / "problems")
    assert made.returncode == 0, made.stderr
    problems = list(jsonl.read(tmp_path / "problems" / "problems.jsonl", "problem.v1"))
    assert {p["slice"] for p in problems} == {"combination", "family"}
    for problem in problems:
        assert problem["checker"] == "final_answer"
        assert problem["reference"].endswith(f"#### {problem['answer']}\n")
