"""May a phase go on from this adapter? Same base, geometry and quantization, and the same loss."""

import json
from collections.abc import Mapping
from typing import Any

from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import CheckFailed, OilstoneError
from oilstone_train import layout

ROWS = "handover.jsonl"
MOST = 64  # rows; enough to tell any two adapters apart, and seconds even for a large model
GEOMETRY = (
    "layers", "window", "heads", "key_size", "value_size", "taps", "rate", "omega_window",
    "query_projection",
)  # fmt: skip
TOLERANCE = 1e-5  # nats per token


def check(adapter: Manifest, base: Manifest, recipe: Mapping[str, Any]) -> None:
    """Raise OilstoneError with everything that keeps `adapter` from being trained further."""
    same_base(adapter, base)
    saved = json.loads((adapter.folder / "adapter_config.json").read_text())
    lora = recipe["lora"]
    pairs = {
        "lora.r": (saved["r"], lora["r"]),
        "lora.alpha": (saved["lora_alpha"], lora["alpha"]),
        "lora.targets": (sorted(saved["target_modules"]), sorted(lora["targets"])),
        "quantization": (adapter.details["quantization"], recipe["quantization"]),
        **_memory(adapter, recipe["memory"]),
    }
    differing = [
        f"{adapter.folder}: has {key} {there}, the recipe {here}; Axolotl would keep the adapter's:"
        f" set {key} to it, or start without --from"
        for key, (there, here) in pairs.items()
        if there != here
    ]
    if differing:
        raise OilstoneError("\n".join(differing))


def same_base(adapter: Manifest, base: Manifest) -> None:
    """Raise OilstoneError when an adapter was trained over another base, or tells no loss."""
    trained_over = adapter.details["base_digest"]
    if trained_over != base.digest:
        raise OilstoneError(
            f"{adapter.folder}: trained over the base {trained_over}, but {base.folder} is the base"
            f" {base.digest}. Give --base the folder of the former, or train a new adapter over"
            " the latter (without --from)"
        )
    if "handover_loss" not in adapter.details:
        raise OilstoneError(
            f"{adapter.folder}: its manifest tells no handover_loss; it was made by an earlier"
            " oilstone-train, or is no run's result: train it again"
        )


def expected(base: Manifest, earlier: Manifest | None, recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Return the job's part: the loss to begin with, or null, and the rows that tell it.

    Without an earlier adapter it is a merged base that has one: that of the adapter in it. Not
    where memories are put in anew: they are part of what the model says.
    """
    anew = recipe["memory"] and not earlier
    loss = None if anew else (earlier or base).details.get("handover_loss")
    rows = (layout.FROM if earlier else layout.BASE) / ROWS
    return {"handover": loss, "handover_rows": str(rows)}


def _memory(adapter: Manifest, asked: Mapping[str, Any] | None) -> dict[str, tuple[Any, Any]]:
    """Return what makes up the memories: there, and in the recipe."""
    kept = adapter.folder / layout.SHAPE
    saved = json.loads(kept.read_text()) if kept.exists() else None
    if saved is None or not asked:
        return {"memory": (saved and "a memory", asked and "a memory")}
    return {f"memory.{key}": (saved[key], asked[key]) for key in GEOMETRY}


def same(expected: float, found: float) -> None:
    """Raise CheckFailed when two losses are not of one model. Both in nats per token."""
    if not abs(found - expected) <= TOLERANCE:
        raise CheckFailed(
            f"hand-over: the earlier phase ended with a loss of {expected:.6f} on its {ROWS}, and"
            f" this one would begin with {found:.6f}; they may differ by {TOLERANCE:g}. It is not"
            " the adapter that was handed over, or not over the same weights (merged, quantized"
            " anew, another device): train the earlier phase again here, or start without --from"
        )
