"""What Axolotl must be told about the machine: nothing is left to its guesses."""

from collections.abc import Mapping
from typing import Any

KERNELS = ("lora_mlp_kernel", "lora_qkv_kernel", "lora_o_kernel", "lora_embedding_kernel")

# Left alone on a machine without a GPU, Axolotl takes CUDA kernels and fp16 weights.
CPU = {
    "attn_implementation": "sdpa",
    "bf16": False,
    "fp16": False,
    "tf32": False,
    **dict.fromkeys(KERNELS, False),
    "dataloader_num_workers": 0,
    "dataloader_pin_memory": False,
    "dataset_num_proc": 1,
}
CUDA = {
    "attn_implementation": "flash_attention_2",
    "bf16": True,
    "fp16": False,
    "tf32": True,
    "dataloader_num_workers": 2,
    "dataloader_pin_memory": True,
    "dataset_num_proc": 4,
}

# The GPU that Axolotl's validators are to pretend is there, and its memory in GiB.
CAPABILITIES = {
    "cuda24": {"bf16": True, "fp8": False, "tf32": True, "n_gpu": 1, "compute_capability": "sm_89"},
    "cuda80": {"bf16": True, "fp8": True, "tf32": True, "n_gpu": 1, "compute_capability": "sm_90"},
}
MEMORY_GIB = {"cuda24": 24, "cuda80": 80}


def machine(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys for the recipe's profile; a base is always trained on a CPU.

    LoRA's kernels know no dropout, and none for the embeddings is used: no recipe here adapts them.
    """
    if recipe.get("profile", "cpu") == "cpu":
        return dict(CPU)
    fused = not recipe["lora"]["dropout"]
    kernels = {key: fused and key != "lora_embedding_kernel" for key in KERNELS}
    return {**CUDA, **kernels}


def capabilities(recipe: Mapping[str, Any], processes: int = 1) -> dict[str, Any] | None:
    """Return the machine to pretend to Axolotl's validators; None for this one."""
    found = CAPABILITIES.get(recipe.get("profile", "cpu"))
    return {**found, "n_gpu": processes} if found else None
