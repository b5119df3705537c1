"""What does not belong together is refused before anything is loaded; no torch needed."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from oilstone_eval.generate import subject
from oilstone_schemas import artifact
from oilstone_schemas.command import OilstoneError

RECIPE = {"quantization": "nf4", "system_prompt": None}
TEMPLATE = {"chat_template_sha256": "1" * 64}


def nothing(stage: Path) -> None:
    (stage / "config.json").write_text("{}")


@pytest.fixture
def dataset(tmp_path: Path, craft: SimpleNamespace) -> artifact.Manifest:
    details = {"system_prompt": "Write Rust.", "system_prompt_sha256": "2" * 64}
    made: artifact.Manifest = craft.make(tmp_path / "data", "dataset", nothing, [], details)
    return made


@pytest.fixture
def base(tmp_path: Path, craft: SimpleNamespace, dataset: artifact.Manifest) -> artifact.Manifest:
    made: artifact.Manifest = craft.make(tmp_path / "base", "base", nothing, [dataset], TEMPLATE)
    return made


Adapt = Callable[..., Path]


@pytest.fixture
def adapt(tmp_path: Path, craft: SimpleNamespace, base: artifact.Manifest) -> Adapt:
    """Make an adapter whose details differ from fitting ones by `changes`."""

    def make(**changes: Any) -> Path:
        details = {
            **TEMPLATE, "base_digest": base.digest, "quantization": "nf4",
            "system_prompt": "Write Rust.", **changes,
        }  # fmt: skip
        craft.make(tmp_path / "adapter", "adapter", nothing, [base], details)
        return tmp_path / "adapter"

    return make


def test_an_adapter_brings_its_system_prompt(base: artifact.Manifest, adapt: Adapt) -> None:
    found = subject.load(base.folder, adapt(system_prompt="Be brief."), RECIPE)
    assert found.system_prompt == "Be brief."


def test_a_base_takes_its_datasets_system_prompt(base: artifact.Manifest) -> None:
    assert subject.load(base.folder, None, RECIPE).system_prompt == "Write Rust."


def test_the_recipe_may_say_a_bases_system_prompt(base: artifact.Manifest) -> None:
    found = subject.load(base.folder, None, {**RECIPE, "system_prompt": ""})
    assert found.system_prompt == ""


def test_a_base_without_its_dataset_asks_for_the_prompt(
    base: artifact.Manifest, dataset: artifact.Manifest, tmp_path: Path
) -> None:
    dataset.folder.rename(tmp_path / "elsewhere")
    with pytest.raises(OilstoneError, match=r"--set generation\.system_prompt"):
        subject.load(base.folder, None, RECIPE)


def test_an_adapter_of_another_base_is_refused(base: artifact.Manifest, adapt: Adapt) -> None:
    other = "3" * 64
    with pytest.raises(OilstoneError) as caught:
        subject.load(base.folder, adapt(base_digest=other), RECIPE)
    message = str(caught.value)
    assert all(part in message for part in (other, base.digest, "Give --base"))


def test_another_chat_template_is_refused(base: artifact.Manifest, adapt: Adapt) -> None:
    with pytest.raises(OilstoneError, match="chat_template_sha256"):
        subject.load(base.folder, adapt(chat_template_sha256="4" * 64), RECIPE)


def test_another_system_prompt_than_in_training_is_refused(
    base: artifact.Manifest, adapt: Adapt
) -> None:
    with pytest.raises(OilstoneError, match=r"generation\.system_prompt"):
        subject.load(base.folder, adapt(), {**RECIPE, "system_prompt": "Other."})


def test_another_quantization_is_said(
    base: artifact.Manifest, adapt: Adapt, capsys: pytest.CaptureFixture[str]
) -> None:
    subject.load(base.folder, adapt(), {**RECIPE, "quantization": "none"})
    assert "quantization nf4" in capsys.readouterr().err


def test_a_dataset_is_no_base(dataset: artifact.Manifest) -> None:
    with pytest.raises(OilstoneError, match="kind dataset, not base"):
        subject.load(dataset.folder, None, RECIPE)


def test_the_command_refuses_with_exit_2(
    run: Callable[..., Any], adapt: Adapt, problems: artifact.Manifest, tmp_path: Path
) -> None:
    adapt(base_digest="3" * 64)
    done = run("generate", "--base", "base", "--adapter", "adapter", "--problems", "problems",
               "--out", "samples")  # fmt: skip
    assert (done.returncode, (tmp_path / "samples").exists()) == (2, False)
