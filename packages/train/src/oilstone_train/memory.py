"""How much memory a phase needs, reckoned from the base's sizes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oilstone_train import processes

Shape = Mapping[str, Any]

GIB = 2**30
NF4 = (4 + 0.127) / 8  # bytes a weight, double quantization's constants included (Dettmers 2023, 3)
PROCESS = {"cpu": 0.95 * GIB, "cuda24": 0.6 * GIB, "cuda80": 0.6 * GIB}  # libraries; CUDA's context
OPTIMIZER = {"adamw_8bit": 2, "paged_adamw_8bit": 2}  # bytes of state a trained weight; else 8


def shape(base: Path) -> dict[str, Any]:
    """Read a base's sizes from its config.json, as `base_model.shape` of a recipe spells them."""
    found = json.loads((base / "config.json").read_text())
    return {
        "layers": found["num_hidden_layers"],
        "width": found["hidden_size"],
        "mlp_width": found["intermediate_size"],
        "heads": found["num_attention_heads"],
        "kv_heads": found.get("num_key_value_heads") or found["num_attention_heads"],
        "vocabulary": found["vocab_size"],
        "tied_embeddings": found.get("tie_word_embeddings", False),
    }


def parameters(sizes: Shape) -> dict[str, int]:
    """Return the weights of the projections and those of everything else (embeddings, norms)."""
    width, layers = sizes["width"], sizes["layers"]
    projections = layers * sum(a * b for a, b in _projections(sizes).values())
    tables = 1 if sizes.get("tied_embeddings") else 2
    other = tables * sizes["vocabulary"] * width + (2 * layers + 1) * width
    return {"projections": projections, "other": other}


def trained(sizes: Shape, lora: Mapping[str, Any]) -> int:
    """Return the weights of the adapter: r * (in + out) for each of its modules."""
    known = _projections(sizes)
    pairs = [known[name] for name in lora["targets"] if name in known]
    return int(sizes["layers"] * lora["r"] * sum(a + b for a, b in pairs))


def estimate(sizes: Shape, recipe: Mapping[str, Any]) -> dict[str, float]:
    """Return GiB by cause, and their sum: an estimate for one process, some 20 % either way.

    What processes share out counts by its share (ZeRO: Rajbhandari 2020, figure 1).
    """
    profile = recipe.get("profile", "cpu")
    size = 4 if profile == "cpu" else 2  # bytes of a number that is not quantized
    counted = parameters(sizes)
    projection = NF4 if recipe["quantization"] == "nf4" else size
    moments = OPTIMIZER.get(recipe["training"]["optimizer"], 8)
    share = processes.shares(recipe)
    state = 4 / share["weights"] + 4 / share["gradients"] + moments / share["optimizer"]
    weights = counted["projections"] * projection + counted["other"] * size
    found = {
        "process": PROCESS[profile],
        "weights": weights / share["weights"],
        "adapter_gradients_optimizer": trained(sizes, recipe["lora"]) * state,
        "activations": _activations(sizes, recipe["training"]) * size,
        "logits": _tokens(recipe["training"]) * sizes["vocabulary"] * (size + 4 + 4),
    }
    rounded = {cause: round(amount / GIB, 2) for cause, amount in found.items()}
    return {**rounded, "total": round(sum(found.values()) / GIB, 2)}


def _projections(sizes: Shape) -> dict[str, tuple[int, int]]:
    width, mlp = sizes["width"], sizes["mlp_width"]
    narrow = width * sizes["kv_heads"] // sizes["heads"]
    return {
        "q_proj": (width, width), "k_proj": (width, narrow), "v_proj": (width, narrow),
        "o_proj": (width, width), "gate_proj": (width, mlp), "up_proj": (width, mlp),
        "down_proj": (mlp, width),
    }  # fmt: skip


def _tokens(training: Mapping[str, Any]) -> int:
    return int(training["micro_batch_size"] * training["sequence_len"])


def _activations(sizes: Shape, training: Mapping[str, Any]) -> int:
    """Return the numbers kept for the backward pass: of every layer, or one and the layers' inputs.

    A layer keeps some 14 vectors of its width and 4 of its MLP's (Korthikanti 2022, eq. 1, without
    the attention matrix, which neither flash attention nor sdpa keeps).
    """
    layer = 14 * sizes["width"] + 4 * sizes["mlp_width"]
    layers = sizes["layers"]
    kept = layer + layers * sizes["width"] if training["gradient_checkpointing"] else layers * layer
    return int(_tokens(training) * kept)
