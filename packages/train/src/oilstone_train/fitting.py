"""Does a recipe fit the base that it is given, and the machine that it is to run on?"""

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import MissingTool, OilstoneError
from oilstone_train import launch, memory, processes

GPUS = "import torch; print('GPUS', torch.cuda.device_count())"


def check(recipe: Mapping[str, Any], base: Manifest) -> None:
    """Raise OilstoneError when the base is of other sizes than the recipe was written for."""
    there = memory.shape(base.folder)
    _layers(recipe["memory"] or {}, there["layers"], base)
    asked = recipe["base_model"]
    if not asked:
        return
    sizes = asked["shape"]
    differing = [
        f"base_model.shape.{key}: {sizes[key]} in the recipe, {there[key]} in {base.folder}"
        for key in there
        if sizes[key] != there[key]
    ]
    if differing:
        raise OilstoneError(
            "\n".join(differing) + f"\nThe recipe was written for {asked['name']}: give --base that"
            " model (`oilstone-train adopt` makes one of a downloaded model), or change base_model"
        )


def _layers(settings: Mapping[str, Any], count: int, base: Manifest) -> None:
    clipped = (settings.get("clipping") or {}).get("layers", ())
    named = {*settings.get("layers", ()), *(one["layer"] for one in clipped)}
    if missing := sorted(layer for layer in named if layer >= count):
        raise OilstoneError(
            f"memory: {base.folder} has the layers 0 to {count - 1}, so there is none of {missing};"
            " see memory.layers and memory.clipping.layers"
        )


def machine(recipe: Mapping[str, Any]) -> None:
    """Raise MissingTool when the recipe is for more GPUs than torch sees here; Ray has its own."""
    profile, wanted = recipe["profile"], processes.count(recipe)
    if profile == "cpu" or processes.on_ray(recipe) or (there := _gpus()) >= wanted:
        return
    seen = f"{there} of {wanted} GPUs" if there else "no GPU"
    raise MissingTool(
        f"profile {profile}: torch sees {seen} here. Run this where they are (see nvidia-smi),"
        " with torch built for CUDA; `oilstone-train plan` shows the run without any, and"
        " --set profile=cpu trains on this machine's CPU, in 32-bit floats"
    )


def _gpus() -> int:
    """Ask torch in a process of its own, with the environment in which it will train."""
    done = subprocess.run(
        [sys.executable, "-c", GPUS], env=launch.environment(1), capture_output=True, text=True
    )
    found = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("GPUS ")]
    if not found:
        raise OilstoneError(f"torch could not be asked for GPUs:\n{done.stderr[-2000:]}")
    return int(found[0])
