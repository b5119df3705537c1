import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from oilstone_schemas import artifact
from oilstone_train.cli import main

from .conftest import publish_dataset, run

HEAVY = ("torch", "transformers", "axolotl", "tokenizers")


def test_a_misspelt_key_is_named_with_line_and_nearest(recipes: Path, tmp_path: Path) -> None:
    path = tmp_path / "phase.yaml"
    path.write_text((recipes / "phase.yaml").read_text().replace("learning_rate", "lerning_rate"))
    done = run("plan", path)
    assert done.returncode == 2
    assert f"{path}:7: unknown key 'lerning_rate'; did you mean 'learning_rate'?" in done.stderr


def test_a_base_that_is_none_is_named(recipes: Path, dataset: Path, tmp_path: Path) -> None:
    given = ("--data", dataset, "--base", dataset, "--out", tmp_path / "out")
    done = run("run", recipes / "phase.yaml", *given)
    assert done.returncode == 2
    assert "an artifact of kind dataset, not base" in done.stderr


@pytest.mark.needs_axolotl
def test_altered_data_is_refused_with_the_files_name(recipes: Path, tmp_path: Path) -> None:
    publish_dataset(tmp_path / "data")
    rows = tmp_path / "data/train.jsonl"
    rows.write_bytes(rows.read_bytes()[:-20])
    given = ("--data", tmp_path / "data", "--out", tmp_path / "out")
    done = run("base", recipes / "base.yaml", *given)
    assert done.returncode == 2
    assert f"{rows}: not what it was" in done.stderr


@pytest.mark.needs_axolotl
def test_rows_that_select_nothing_are_refused(recipes: Path, dataset: Path, tmp_path: Path) -> None:
    given = ("--data", dataset, "--out", tmp_path / "out", "--set", "rows.idiomatic=true")
    none = (*given, "--set", "rows.styles=[plain]")
    done = run("base", recipes / "base.yaml", *none)
    assert done.returncode == 2
    assert "`rows` selects none of it" in done.stderr


@pytest.mark.skipif(
    importlib.util.find_spec("axolotl") is not None,
    reason="axolotl is installed here; tox runs this without it",
)
def test_without_axolotl_the_way_to_install_it_is_named(
    recipes: Path, dataset: Path, tmp_path: Path
) -> None:
    done = run("base", recipes / "base.yaml", "--data", dataset, "--out", tmp_path / "out")
    assert done.returncode == 3
    assert "pip install 'oilstone-train[axolotl]'" in done.stderr


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["run", "--help"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys\nfrom oilstone_train.cli import main\n"
        f"try:\n    main({words})\nexcept SystemExit:\n    pass\n"
        f"sys.exit(any(name in sys.modules for name in {HEAVY}))"
    )
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL).returncode == 0


def test_every_verb_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("base", "adopt", "merge", "run", "sweep", "lr-find", "plan", "probe"):
        with pytest.raises(SystemExit):
            main([verb, "--help"])
        assert f"example:\n  oilstone-train {verb} " in capsys.readouterr().out


def test_a_manifest_whose_recipe_has_other_keys_is_refused(tmp_path: Path) -> None:
    common: dict[str, Any] = {"producer": "oilstone-train", "recipe": {}, "seed": 1, "inputs": ()}
    request = artifact.request("adapter", **common, depends={})
    made = tmp_path / "adapter"
    stage = artifact.stage(made, request)
    artifact.publish(stage, made, kind="adapter", request=request, details={}, **common)
    done = run("run", "--from-manifest", made, "--out", tmp_path / "x")
    assert done.returncode == 2 and "lacks keys of this oilstone-train" in done.stderr


def test_a_manifest_leaves_nothing_else_to_say(recipes: Path, tmp_path: Path) -> None:
    done = run("run", recipes / "phase.yaml", "--from-manifest", tmp_path, "--out", tmp_path / "x")
    assert done.returncode == 2
    assert "give none" in done.stderr


def test_a_run_names_what_it_lacks(recipes: Path, tmp_path: Path) -> None:
    done = run("run", recipes / "phase.yaml", "--out", tmp_path / "x")
    assert done.returncode == 2
    assert "run needs --data, --base" in done.stderr


@pytest.mark.needs_axolotl
def test_to_judge_while_training_takes_problems(
    recipes: Path, dataset: Path, base: Path, tmp_path: Path
) -> None:
    given = ("--data", dataset, "--base", base, "--out", tmp_path / "x")
    done = run("run", recipes / "phase.yaml", *given, "--set", "evaluation.judged.metric=pass@1")
    assert done.returncode == 2
    assert "evaluation.judged and --problems go together" in done.stderr
