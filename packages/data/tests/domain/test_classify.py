"""`oilstone-data classify`, through the installed command."""

import json

import pytest

from oilstone_data.domain.signals import Classifier
from oilstone_schemas import artifact, jsonl


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "questions.jsonl"
    rows = [{"id": 7, "question": "How many apples are left?"}, {"question": "fn main() {}"}]
    lines = [*map(json.dumps, rows), "{broken", json.dumps({"other": 1})]
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def test_every_line_gets_a_domain_or_a_reason(run, file, tmp_path):
    done = run("classify", file, "--out", tmp_path / "out", "--expect", "math")
    assert done.returncode == 0 and "accuracy 0.5000" in done.stdout and "n 2" in done.stdout
    classes = list(jsonl.read(tmp_path / "out" / "classes.jsonl", "class.v1"))
    assert [(row["line"], row["domain"]) for row in classes] == [(1, "math"), (2, "rust")]
    refused = list(jsonl.read(tmp_path / "out" / "refused.jsonl", "refused.v1"))
    assert [row["line"] for row in refused] == [3, 4]
    assert artifact.verify(tmp_path / "out", deep=True) == []


def test_a_dataset_is_classified_by_its_prompts(run, dataset, tmp_path):
    done = run("classify", dataset, "--out", tmp_path / "out", "--json")
    said, counts = json.loads(done.stdout), artifact.load(dataset).counts
    rows = counts["train"] + counts["eval"] + counts["test"]
    assert said["counts"]["classified"] == rows and sum(said["domains"].values()) == rows


def test_the_exported_weights_classify_by_themselves(run, tmp_path):
    assert run("classify", "--export", "--out", tmp_path / "out").returncode == 0
    weights = json.loads((tmp_path / "out" / "domains.json").read_text())
    assert Classifier(weights).classify("grep -r x | xargs rm").domain == "shell"


def test_a_second_run_is_up_to_date(run, file, tmp_path):
    run("classify", file, "--out", tmp_path / "out")
    assert "up to date" in run("classify", file, "--out", tmp_path / "out").stderr


def test_nothing_to_classify_is_wrong_use(run, tmp_path):
    done = run("classify", "--out", tmp_path / "out")
    assert done.returncode == 2 and "--export" in done.stderr
