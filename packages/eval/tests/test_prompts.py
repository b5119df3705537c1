"""Prompt sets and system prompts from files; what a folder that is no artifact must be told."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from oilstone_eval import inputs
from oilstone_eval.cli import main
from oilstone_eval.generate import folders, subject
from oilstone_schemas import artifact, jsonl, validate
from oilstone_schemas.command import OilstoneError

Run = Callable[..., Any]
GENERATION = {"quantization": "none", "system_prompt": None, "other_prompt": False}


def problems(path: Path, language: str = "rust") -> list[dict[str, Any]]:
    return list(inputs.problems(inputs.find(path, "problems", language)).values())


def test_a_text_file_holds_a_prompt_a_line(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("# a comment\nWrite a loop.\n\n  Write a trait. \n")
    found = problems(tmp_path / "p.txt", "python")
    assert [(row["prompt"], row["language"]) for row in found] == [
        ("Write a loop.", "python"), ("Write a trait.", "python"),
    ]  # fmt: skip
    for row in found:
        validate.check(row, "problem.v1", "here")


def test_a_row_may_name_its_language(tmp_path: Path) -> None:
    rows = [{"prompt": "List files.", "language": "shell"}, {"prompt": "Sort."}]
    (tmp_path / "p.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert [row["language"] for row in problems(tmp_path / "p.jsonl")] == ["shell", "rust"]


def test_a_problem_that_lacks_its_id_is_no_prompt(tmp_path: Path, craft: SimpleNamespace) -> None:
    row = craft.problem("a")
    del row["id"]
    (tmp_path / "p.jsonl").write_text(json.dumps(row) + "\n")
    with pytest.raises(OilstoneError, match="missing key 'id'"):
        problems(tmp_path / "p.jsonl")


def test_an_empty_set_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("# nothing\n")
    with pytest.raises(OilstoneError, match="no prompts in it"):
        problems(tmp_path / "p.txt")


def test_another_language_is_another_set(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("Sort.\n")
    digests = {
        inputs.find(tmp_path / "p.txt", "problems", each).manifest.digest
        for each in ("rust", "python")
    }
    assert len(digests) == 2


def test_the_recipe_may_name_the_prompts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, craft: SimpleNamespace
) -> None:
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets/p.txt").write_text("2 + 2?\n")
    (tmp_path / "sets/eval.yaml").write_text("prompts: p.txt\n")
    jsonl.write(tmp_path / "s.jsonl", [craft.sample("prompt-0001", "4")])
    monkeypatch.chdir(tmp_path)
    words = [
        "judge",
        "s.jsonl",
        "--recipe",
        "sets/eval.yaml",
        "--out",
        "report",
        "--language",
        "math",
    ]
    assert main(words) == 0


def test_no_problems_at_all_is_wrong_use(run: Run, tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_text("")
    done = run("judge", "s.jsonl", "--out", "report")
    assert (done.returncode, "give --problems P" in done.stderr) == (2, True)


def adapter_of(craft: SimpleNamespace, base: artifact.Manifest, folder: Path) -> Path:
    details = {
        "base_digest": base.digest, "quantization": "none", "system_prompt": "Write Rust.",
        "chat_template_sha256": "1" * 64,
    }  # fmt: skip
    craft.make(folder, "adapter", nothing, [base], details)
    return folder


def nothing(stage: Path) -> None:
    (stage / "config.json").write_text("{}")


@pytest.fixture
def base(tmp_path: Path, craft: SimpleNamespace) -> artifact.Manifest:
    details = {"chat_template_sha256": "1" * 64}
    made: artifact.Manifest = craft.make(tmp_path / "base", "base", nothing, [], details)
    return made


def test_another_system_prompt_than_in_training_is_refused_unless_asked_for(
    tmp_path: Path, craft: SimpleNamespace, base: artifact.Manifest
) -> None:
    adapter = adapter_of(craft, base, tmp_path / "adapter")
    asked = {**GENERATION, "system_prompt": "Write C."}
    with pytest.raises(OilstoneError, match="other_prompt=true"):
        subject.load(base.folder, adapter, asked)
    found = subject.load(base.folder, adapter, {**asked, "other_prompt": True})
    assert found.system_prompt == "Write C."


def test_the_prompts_hash_knows_system_prompt_and_template() -> None:
    hashes = {
        subject.prompt_hash(*each) for each in (("a", "1"), ("b", "1"), ("a", "2"), ("a", None))
    }
    assert len(hashes) == 4


def weights(folder: Path, name: str = "model.safetensors") -> None:
    """Write a file of one weight as safetensors does."""
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(len(header).to_bytes(8, "little") + header + b"\0\0\0\0")
    marks = {"model.safetensors": "config.json", "adapter_model.safetensors": "adapter_config.json"}
    (folder / marks[name]).write_text("{}")


def test_a_plain_models_folder_is_a_base_that_must_be_told_its_system_prompt(
    tmp_path: Path,
) -> None:
    weights(tmp_path / "merged")
    with pytest.raises(OilstoneError, match="--system-prompt FILE"):
        subject.load(tmp_path / "merged", None, GENERATION)
    found = subject.load(tmp_path / "merged", None, {**GENERATION, "system_prompt": ""})
    assert (found.base.kind, found.system_prompt) == ("base", "")


def test_a_plain_folder_is_known_by_its_files(tmp_path: Path) -> None:
    weights(tmp_path / "one")
    weights(tmp_path / "two")
    first, second = (folders.find(tmp_path / name, "base").digest for name in ("one", "two"))
    (tmp_path / "two/config.json").write_text('{"x": 1}')
    assert first == second != folders.find(tmp_path / "two", "base").digest


def test_a_run_stands_for_its_newest_whole_checkpoint(tmp_path: Path) -> None:
    for number in (9, 10, 100):
        weights(tmp_path / f"run/out/checkpoint-{number}", "adapter_model.safetensors")
    cut = tmp_path / "run/out/checkpoint-100/adapter_model.safetensors"
    cut.write_bytes(cut.read_bytes()[:-1])
    assert folders.find(tmp_path / "run", "adapter").folder.name == "checkpoint-10"


def test_a_checkpoint_that_lacks_what_its_list_names_is_not_whole(tmp_path: Path) -> None:
    weights(tmp_path / "run/checkpoint-5", "adapter_model.safetensors")
    (tmp_path / "run/checkpoint-5/whole.json").write_text('{"optimizer.pt": [9, "x"]}')
    assert folders.checkpoints(tmp_path / "run") == []


def test_a_folder_with_nothing_in_it_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(OilstoneError, match="no adapter there"):
        folders.find(tmp_path, "adapter")
