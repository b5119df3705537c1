"""A dataset of the world of Python, as the installed command builds and exports it."""

import json
from pathlib import Path

import pytest

from oilstone_data.world.python.skeleton import skeleton
from oilstone_schemas import jsonl

RECIPE = {
    "seed": 7,
    "system_prompt": "",
    "world": {
        "language": "python",
        "rows": 400,
        "plain_share": 0.5,
        "tests": 4,
        "eval_rows": 60,
        "held_out": {
            "families": ["rows_with", "chars_where"],
            "combination_share": 0.15,
            "eval_share": 0.05,
            "problems_per_family": 3,
        },
    },
}


@pytest.fixture(scope="module")
def built(run, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("python")
    (folder / "data.yaml").write_text(json.dumps(RECIPE))  # JSON is YAML
    made = run("build", folder / "data.yaml", "--out", folder / "data")
    assert made.returncode == 0, made.stderr
    return folder / "data"


def test_its_files_share_no_group_and_no_skeleton(built):
    rows = {s: list(jsonl.read(built / f"{s}.jsonl", "row.v1")) for s in ("train", "eval", "test")}
    for one, other in (("train", "test"), ("train", "eval"), ("eval", "test")):
        assert not {r["group"] for r in rows[one]} & {r["group"] for r in rows[other]}
        mine = {skeleton(r["completion"]) for r in rows[one]}
        assert not mine & {skeleton(r["completion"]) for r in rows[other]}


def test_its_style_is_what_its_marks_say(built):
    rows = list(jsonl.read(built / "train.jsonl", "row.v1"))
    assert {row["style"] for row in rows} == {"plain", "idiomatic"}
    for row in rows:
        assert row["quality"]["documented"] == (row["style"] == "idiomatic")
        assert bool(row["quality"]["low_quality"]) == (row["style"] == "plain")


def test_its_problems_are_held_out_and_judged_by_asserts(built, run, tmp_path):
    made = run("export", built, "--as", "problems", "--out", tmp_path / "problems")
    assert made.returncode == 0, made.stderr
    problems = list(jsonl.read(tmp_path / "problems" / "problems.jsonl", "problem.v1"))
    assert {p["slice"] for p in problems} == {"combination", "family"}
    for problem in problems:
        assert (problem["checker"], problem["entry_point"]) == ("python_asserts", "solve")
        names: dict = {}
        exec(problem["reference"] + problem["test_code"], names)
        assert problem["test_code"].count("assert solve(") == 4
