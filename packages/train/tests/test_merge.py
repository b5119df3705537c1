"""Bases that were not trained here: a merged adapter, a downloaded model."""

import json
import shutil
from pathlib import Path

import pytest

from oilstone_schemas import artifact
from oilstone_train import handover, layout

from .conftest import details, run

MODEL = ("config.json", "generation_config.json", "model.safetensors", *layout.TOKENIZER)


@pytest.fixture(scope="module")
def merged(adapters: dict[str, Path], base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The adapter over NF4 weights, merged into them as they are dequantized."""
    out = tmp_path_factory.mktemp("merged") / "merged"
    done = run("merge", adapters["first"], "--base", base, "--out", out)
    assert done.returncode == 0, done.stderr
    return out


@pytest.mark.slow
@pytest.mark.needs_axolotl
def test_a_merged_model_has_the_adapters_own_loss(merged: Path, adapters: dict[str, Path]) -> None:
    there, here = (details(folder)["handover_loss"] for folder in (adapters["first"], merged))
    assert abs(there - here) < handover.TOLERANCE
    assert artifact.verify(merged, deep=True) == []
    assert details(merged)["from_digest"] == artifact.load(adapters["first"]).digest


@pytest.mark.slow
@pytest.mark.needs_axolotl
def test_a_phase_on_a_merged_and_requantized_base_is_refused_with_both_losses(
    merged: Path, recipes: Path, dataset: Path, tmp_path: Path
) -> None:
    """The adapter itself passes: test_a_phase_goes_on_exactly_where_the_adapter_was_left."""
    given = ("--data", dataset, "--base", merged, "--out", tmp_path / "out")
    done = run("run", recipes / "phase.yaml", *given)
    assert done.returncode == 1, done.stderr
    assert f"ended with a loss of {details(merged)['handover_loss']:.6f}" in done.stderr
    assert "this one would begin with" in done.stderr and "quantized anew" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.needs_axolotl
def test_a_phase_on_the_merged_base_as_it_is_goes_on(
    merged: Path, recipes: Path, dataset: Path, tmp_path: Path
) -> None:
    given = ("--data", dataset, "--base", merged, "--out", tmp_path / "out")
    plain = ("--set", "quantization=null", "--set", "training.max_steps=2")
    done = run("run", recipes / "phase.yaml", *given, *plain)
    assert done.returncode == 0, done.stderr


@pytest.mark.needs_axolotl
def test_only_an_adapters_own_base_is_merged(adapters: dict[str, Path], tmp_path: Path) -> None:
    request = artifact.request("base", producer="oilstone-train", recipe={}, seed=3, inputs=[])
    artifact.publish(
        artifact.stage(tmp_path / "base", request), tmp_path / "base", kind="base",
        producer="oilstone-train", recipe={}, seed=3, inputs=[], request=request,
    )  # fmt: skip
    given = ("--base", tmp_path / "base", "--out", tmp_path / "out")
    done = run("merge", adapters["first"], *given)
    assert done.returncode == 2
    assert "trained over the base" in done.stderr


def downloaded(base: Path, folder: Path) -> Path:
    folder.mkdir()
    for name in MODEL:
        shutil.copyfile(base / name, folder / name)
    return folder


@pytest.mark.needs_axolotl
def test_a_downloaded_model_becomes_a_base(base: Path, tmp_path: Path) -> None:
    model = downloaded(base, tmp_path / "model")
    given = ("--name", "some/model", "--revision", "abc", "--out", tmp_path / "out", "--json")
    done = run("adopt", model, *given)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["parameters"] == details(base)["parameters"]
    assert told["chat_template_sha256"] == details(base)["chat_template_sha256"]
    assert artifact.verify(tmp_path / "out") == []
    assert "up to date" in run("adopt", model, *given).stderr


@pytest.mark.needs_axolotl
@pytest.mark.parametrize(
    ("lacking", "said"),
    [("config.json", "no config.json"), ("model.safetensors", "pickles"),
     ("chat_template.jinja", "no chat template")],
)  # fmt: skip
def test_what_is_no_whole_model_is_refused_with_what_it_lacks(
    base: Path, tmp_path: Path, lacking: str, said: str
) -> None:
    model = downloaded(base, tmp_path / "model")
    (model / lacking).unlink()
    done = run("adopt", model, "--name", "some/model", "--out", tmp_path / "out")
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert not (tmp_path / "out").exists()
