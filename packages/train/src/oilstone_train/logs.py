"""What TensorBoard and Weights & Biases are told, in a folder beside the artifact.

Their files hold times, host names and links, so they are no part of it: they lie in OUT.logs, one
folder for each thing that was asked for, where they can be looked at while it trains.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from oilstone_schemas.command import MissingTool
from oilstone_train import layout

Settings = Mapping[str, Any]


def check(settings: Settings) -> None:
    """Raise MissingTool when a library that the recipe asks for is not installed."""
    for name, wanted in settings["logs"].items():
        if wanted and find_spec(name) is None:
            raise MissingTool(
                f"{name} is not installed, and logs.{name} needs it: pip install {name}"
            )


def rendered(settings: Settings) -> dict[str, Any]:
    """Return Axolotl's keys for it."""
    asked = settings["logs"]
    found: dict[str, Any] = {"use_tensorboard": True} if asked["tensorboard"] else {}
    if wandb := asked["wandb"]:
        named = {"wandb_name": wandb["name"]} if wandb["name"] else {}
        found |= {"use_wandb": True, "wandb_project": wandb["project"], **named}
        found["wandb_mode"] = wandb["mode"]
    return found


def folder(out: Path, request: str) -> Path:
    """Return where a run's logs lie."""
    return out.resolve().with_name(f"{out.name}.logs") / request[:12]


def job(work: Path, settings: Settings, place: Path) -> dict[str, str]:
    """Make the folder and return the environment by which the libraries find it."""
    if not any(settings["logs"].values()):
        return {}
    place.mkdir(parents=True, exist_ok=True)
    (work / layout.LOGS).unlink(missing_ok=True)
    (work / layout.LOGS).symlink_to(place)
    kept = {"TENSORBOARD_LOGGING_DIR": layout.LOGS / "tensorboard", "WANDB_DIR": layout.LOGS}
    passing = {f"WANDB_{name}_DIR": layout.CACHE for name in ("CACHE", "CONFIG", "DATA")}
    return {key: str(path) for key, path in {**kept, **passing}.items()}
