"""Sizes are those of published models, whose numbers of parameters are published too."""

from pathlib import Path
from typing import Any

import pytest

from oilstone_schemas import artifact
from oilstone_train import memory

from .conftest import telemetry

LLAMA_8B = {
    "layers": 32, "width": 4096, "mlp_width": 14336, "heads": 32, "kv_heads": 8,
    "vocabulary": 128256,
}  # fmt: skip
QWEN_7B = {
    "layers": 28, "width": 3584, "mlp_width": 18944, "heads": 28, "kv_heads": 4,
    "vocabulary": 152064,
}  # fmt: skip
ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def recipe(**training: Any) -> dict[str, Any]:
    given = {
        "sequence_len": 512, "micro_batch_size": 1, "gradient_checkpointing": True,
        "optimizer": "adamw_8bit", **training,
    }  # fmt: skip
    lora = {"r": 8, "targets": ALL[:4]}
    return {"profile": "cuda24", "quantization": "nf4", "lora": lora, "training": given}


@pytest.mark.parametrize(
    ("shape", "published"), [(LLAMA_8B, 8_030_261_248), (QWEN_7B, 7_615_616_512)]
)
def test_parameters_are_the_published_ones(shape: dict[str, Any], published: int) -> None:
    """Qwen's projections have biases, which the sizes do not tell of."""
    assert sum(memory.parameters(shape).values()) == pytest.approx(published, rel=1e-4)


def test_an_adapter_of_rank_16_on_all_projections() -> None:
    assert memory.trained(LLAMA_8B, {"r": 16, "targets": ALL}) == 41_943_040


def test_nf4_weights_take_a_quarter_of_bfloat16() -> None:
    four = memory.estimate(QWEN_7B, recipe())["weights"]
    sixteen = memory.estimate(QWEN_7B, {**recipe(), "quantization": None})["weights"]
    assert 0.25 < four / sixteen < 0.4


def test_checkpointing_trades_memory_for_time() -> None:
    kept = memory.estimate(QWEN_7B, recipe(gradient_checkpointing=False))["activations"]
    assert kept > 5 * memory.estimate(QWEN_7B, recipe())["activations"]


def test_the_sum_is_the_sum() -> None:
    found = memory.estimate(LLAMA_8B, recipe(micro_batch_size=16))
    assert found.pop("total") == pytest.approx(sum(found.values()), abs=0.03)


@pytest.mark.needs_axolotl
def test_the_estimate_is_near_what_a_run_took(adapters: dict[str, Path], base: Path) -> None:
    made, sizes = artifact.load(adapters["first"]), memory.shape(base)
    expected = memory.estimate(sizes, made.data["recipe"])["total"]
    taken = max(line["rss_mib"] for line in telemetry(adapters["first"])) / 1024
    assert expected == pytest.approx(taken, rel=0.3)
