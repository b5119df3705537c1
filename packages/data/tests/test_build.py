"""`oilstone-data build` and `export`, through the installed command."""

import json
import os
import subprocess
from collections import Counter

import pytest

from oilstone_data.checks import contaminated, duplicates
from oilstone_data.drawn import Ledger
from oilstone_data.world.rust.skeleton import skeleton
from oilstone_schemas import artifact, jsonl


def test_the_same_recipe_twice_gives_the_same_digest(run, recipe, dataset, tmp_path):
    run("build", recipe, "--out", tmp_path / "again")
    assert artifact.load(tmp_path / "again").digest == artifact.load(dataset).digest


def test_another_seed_gives_another_digest(run, recipe, dataset, tmp_path):
    run("build", recipe, "--out", tmp_path / "other", "--set", "seed=8")
    assert artifact.load(tmp_path / "other").digest != artifact.load(dataset).digest


def test_a_second_run_is_up_to_date(run, recipe, dataset):
    before = (dataset / "manifest.json").read_bytes()
    assert "up to date" in run("build", recipe, "--out", dataset).stderr
    assert (dataset / "manifest.json").read_bytes() == before


def test_the_books_close(dataset):
    counts = artifact.load(dataset).counts
    lines = {
        s: len((dataset / f"{s}.jsonl").read_text().splitlines()) for s in counts if s != "read"
    }
    assert counts["read"] == sum(lines.values())


def test_every_refused_row_has_its_reason(dataset):
    for row in jsonl.read(dataset / "refused.jsonl", "refused.v1"):
        assert row["reason"] in {"duplicate", "contaminated"} and row["explanation"]


def test_a_changed_file_is_built_again(run, recipe, tmp_path):
    out = tmp_path / "data"
    run("build", recipe, "--out", out)
    (out / "train.jsonl").write_bytes((out / "train.jsonl").read_bytes()[:-2] + b"\n")
    assert "up to date" not in run("build", recipe, "--out", out).stderr
    assert artifact.verify(out, deep=False, search=[]) == []


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("world.rowz=3", "rows"),
        ("world.rows=many", "integer"),
        ("world.held_out.families=[nothing]", "no family nothing"),
    ],
)
def test_a_wrong_recipe_is_exit_2_and_says_what(run, recipe, tmp_path, word, said):
    made = run("build", recipe, "--out", tmp_path / "x", "--set", word)
    assert made.returncode == 2 and said in made.stderr
    assert not (tmp_path / "x").exists()


def test_problems_are_the_held_out_rows(run, dataset, tmp_path):
    made = run("export", dataset, "--as", "problems", "--out", tmp_path / "problems", "--json")
    problems = list(jsonl.read(tmp_path / "problems" / "problems.jsonl", "problem.v1"))
    assert json.loads(made.stdout)["counts"]["problems"] == len(problems)
    assert {p["slice"] for p in problems} == {"combination", "family"}


def test_samples_are_the_known_solutions(run, dataset, tmp_path):
    run("export", dataset, "--as", "samples", "--out", tmp_path / "samples")
    samples = list(jsonl.read(tmp_path / "samples" / "samples.jsonl", "sample.v1"))
    answers = {r["id"]: r["completion"] for r in jsonl.read(dataset / "test.jsonl")}
    assert {s["problem_id"]: s["code"] for s in samples} == answers


def test_a_limit_draws_the_same_rows_in_their_order(run, dataset, tmp_path):
    for name, limit in (("all", 400), ("few", 30), ("fewer", 10)):
        out = tmp_path / name
        given = ("--as", "problems", "--split", "train", "--limit", str(limit))
        assert run("export", dataset, *given, "--out", out).returncode == 0
    ids = [
        [row["id"] for row in jsonl.read(tmp_path / name / "problems.jsonl")]
        for name in ("all", "few", "fewer")
    ]
    assert [len(found) for found in ids[1:]] == [30, 10]
    assert set(ids[2]) < set(ids[1]) < set(ids[0])
    assert ids[1] == [name for name in ids[0] if name in set(ids[1])]


def test_export_of_something_else_is_exit_2(run, tmp_path):
    made = run("export", tmp_path, "--as", "problems", "--out", tmp_path / "p")
    assert made.returncode == 2 and str(tmp_path) in made.stderr


def test_style_shares_follow_the_recipe(dataset):
    recipe = artifact.load(dataset).recipe
    styles = Counter(r["style"] for r in jsonl.read(dataset / "train.jsonl"))
    assert abs(styles["plain"] / styles.total() - recipe["world"]["plain_share"]) < 0.1


def row(identity: str, prompt: str, program: str) -> dict:
    return {
        "id": identity,
        "prompt": prompt,
        "style": "plain",
        "completion": program,
        "source": "s",
    }


def test_a_duplicate_is_refused_and_names_the_first():
    ledger = Ledger()
    kept = list(ledger.keep([row("a", "p", "x"), row("b", "p", "y")], [duplicates()]))
    assert [r["id"] for r in kept] == ["a"]
    assert ledger.refused[0]["explanation"] == "same prompt and style as a"


def test_an_answer_renamed_from_a_held_out_one_is_refused():
    held_out = [row("secret", "p", "fn main() { let a = 1; f(a); }")]
    ledger = Ledger()
    renamed = row("b", "q", "fn main() { let total = 22; g(total); }")
    assert not list(ledger.keep([renamed], [contaminated(held_out, skeleton)]))
    assert "held-out secret" in ledger.refused[0]["explanation"]


def test_without_numpy_a_dataset_is_built_and_near_duplicates_name_the_extra(foreign, tmp_path):
    (tmp_path / "numpy.py").write_text("raise ImportError('not installed')\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    source = foreign.lines([{"completion": "fn a() {}"}])
    codes, said = [], ""
    for name, keys in (("plain", {"rust": {}, "secrets": "scrub"}), ("near", {"dedup": {}})):
        words = ["build", foreign.recipe(source, **keys), "--out", tmp_path / name]
        made = subprocess.run(
            ["oilstone-data", *map(str, words)], env=environment, capture_output=True, text=True
        )
        codes.append(made.returncode)
        said = made.stderr
    assert codes == [0, 3] and "oilstone-data[dedup]" in said
