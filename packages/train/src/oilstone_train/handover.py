"""May a phase go on from this adapter? Same base, same geometry, same quantization."""

import json
from collections.abc import Mapping
from typing import Any

from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError


def check(adapter: Manifest, base: Manifest, recipe: Mapping[str, Any]) -> None:
    """Raise OilstoneError with everything that keeps `adapter` from being trained further."""
    trained_over = adapter.details["base_digest"]
    if trained_over != base.digest:
        raise OilstoneError(
            f"{adapter.folder}: trained over the base {trained_over}, but {base.folder} is the base"
            f" {base.digest}. Give --base the folder of the former, or train a new adapter over"
            " the latter (without --from)"
        )
    saved = json.loads((adapter.folder / "adapter_config.json").read_text())
    lora = recipe["lora"]
    pairs = {
        "lora.r": (saved["r"], lora["r"]),
        "lora.alpha": (saved["lora_alpha"], lora["alpha"]),
        "lora.targets": (sorted(saved["target_modules"]), sorted(lora["targets"])),
        "quantization": (adapter.details["quantization"], recipe["quantization"]),
    }
    differing = [
        f"{adapter.folder}: has {key} {there}, the recipe {here}; Axolotl would keep the adapter's:"
        f" set {key} to it, or start without --from"
        for key, (there, here) in pairs.items()
        if there != here
    ]
    if differing:
        raise OilstoneError("\n".join(differing))
