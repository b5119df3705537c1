from pathlib import Path
from typing import Any

import pytest

from oilstone_schemas.command import OilstoneError
from oilstone_train import inputs

from .conftest import publish_dataset, run


def recipe(share: float, seed: int = 1) -> dict[str, Any]:
    return {"rows": {"mix_share": share}, "seed": seed}


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (0.5, 90), (0.25, 30), (0.1, 10)])
def test_the_share_is_of_all_rows(dataset: Path, share: float, expected: int) -> None:
    assert len(inputs.mixed_rows(dataset, recipe(share), 90)) == expected


def test_the_same_seed_draws_the_same_rows(dataset: Path) -> None:
    first, again, other = (inputs.mixed_rows(dataset, recipe(0.5, n), 90) for n in (1, 1, 2))
    assert first == again != other


def test_too_few_rows_to_mix_are_an_error(dataset: Path) -> None:
    with pytest.raises(OilstoneError, match=r"300 rows, and rows\.mix_share 0\.5 beside 301"):
        inputs.mixed_rows(dataset, recipe(0.5), 301)


@pytest.mark.needs_axolotl
def test_a_share_without_a_second_dataset_is_refused(
    dataset: Path, recipes: Path, base: Path, tmp_path: Path
) -> None:
    given = ("--data", dataset, "--base", base, "--out", tmp_path / "out")
    done = run("run", recipes / "phase.yaml", *given, "--set", "rows.mix_share=0.5")
    assert done.returncode == 2
    assert "go together" in done.stderr


@pytest.mark.needs_axolotl
def test_a_second_dataset_has_the_same_system_prompt(
    dataset: Path, recipes: Path, base: Path, tmp_path: Path
) -> None:
    other = publish_dataset(tmp_path / "other", system_prompt="Be brief.")
    given = ("--data", dataset, "--base", base, "--mix", other.folder, "--out", tmp_path / "out")
    done = run("run", recipes / "phase.yaml", *given, "--set", "rows.mix_share=0.5")
    assert done.returncode == 2
    assert "another system prompt" in done.stderr
