import json
from pathlib import Path
from typing import Any

import pytest

from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import CheckFailed, OilstoneError
from oilstone_train import handover, layout

RECIPE = {
    "lora": {"r": 8, "alpha": 16, "targets": ["q_proj", "v_proj"]},
    "quantization": "nf4",
    "memory": None,
}
MEMORY = {"layers": [0], "window": 8, "heads": 1, "key_size": 64, "value_size": 64, "taps": 3,
          "rate": 1.0, "omega_window": 1, "query_projection": None}  # fmt: skip
HERE, ELSEWHERE = "a" * 64, "b" * 64
DETAILS = {"base_digest": HERE, "quantization": "nf4", "handover_loss": 1.0}


def adapter(folder: Path, **changes: Any) -> Manifest:
    saved = {"r": 8, "lora_alpha": 16, "target_modules": ["v_proj", "q_proj"], **changes}
    (folder / "adapter_config.json").write_text(json.dumps(saved))
    return Manifest(folder, {"details": DETAILS})


def over(digest: str) -> Manifest:
    return Manifest(Path("base"), {"digest": digest})


def test_an_adapter_over_this_base_is_taken(tmp_path: Path) -> None:
    handover.check(adapter(tmp_path), over(HERE), RECIPE)


def test_an_adapter_over_another_base_is_refused_with_both_digests(tmp_path: Path) -> None:
    with pytest.raises(OilstoneError, match=rf"{HERE}.*{ELSEWHERE}.*without --from"):
        handover.check(adapter(tmp_path), over(ELSEWHERE), RECIPE)


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("lora.r", {"r": 4}),
        ("lora.alpha", {"lora_alpha": 8}),
        ("lora.targets", {"target_modules": ["q_proj"]}),
    ],
)
def test_another_geometry_is_refused(tmp_path: Path, key: str, change: dict[str, Any]) -> None:
    with pytest.raises(OilstoneError, match=f"has {key}"):
        handover.check(adapter(tmp_path, **change), over(HERE), RECIPE)


def test_another_quantization_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OilstoneError, match="has quantization nf4, the recipe None"):
        handover.check(adapter(tmp_path), over(HERE), {**RECIPE, "quantization": None})


def test_an_adapter_that_tells_no_loss_is_refused(tmp_path: Path) -> None:
    details = {key: value for key, value in DETAILS.items() if key != "handover_loss"}
    with pytest.raises(OilstoneError, match="tells no handover_loss"):
        handover.check(Manifest(tmp_path, {"details": details}), over(HERE), RECIPE)


@pytest.mark.parametrize("found", [1.0, 1.0 + 0.9e-5, 1.0 - 0.9e-5])
def test_the_same_loss_is_the_same_model(found: float) -> None:
    handover.same(1.0, found)


@pytest.mark.parametrize("found", [1.0 + 1.1e-5, 0.9, float("nan"), float("inf")])
def test_another_loss_is_another_model(found: float) -> None:
    with pytest.raises(CheckFailed, match=r"ended with a loss of 1\.000000"):
        handover.same(1.0, found)


def with_memory(folder: Path) -> Manifest:
    found = adapter(folder)
    (folder / layout.SHAPE).write_text(json.dumps({**MEMORY, "schedule": {"start": 32}}))
    return found


def test_memories_may_be_trained_on_under_another_schedule(tmp_path: Path) -> None:
    asked = {**RECIPE, "memory": {**MEMORY, "schedule": {"start": 4}}}
    handover.check(with_memory(tmp_path), over(HERE), asked)


def test_a_memory_of_another_shape_is_refused(tmp_path: Path) -> None:
    asked = {**RECIPE, "memory": {**MEMORY, "layers": [1]}}
    with pytest.raises(OilstoneError, match=r"has memory.layers \[0\], the recipe \[1\]"):
        handover.check(with_memory(tmp_path), over(HERE), asked)


@pytest.mark.parametrize("there", [True, False])
def test_memories_are_neither_dropped_nor_added_on_the_way(tmp_path: Path, there: bool) -> None:
    given = with_memory(tmp_path) if there else adapter(tmp_path)
    with pytest.raises(OilstoneError, match="has memory"):
        handover.check(given, over(HERE), {**RECIPE, "memory": None if there else MEMORY})
