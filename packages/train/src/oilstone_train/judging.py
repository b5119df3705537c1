"""What it takes to judge an adapter while it is trained."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oilstone_schemas import recipe
from oilstone_schemas.command import MissingTool, OilstoneError
from oilstone_train import layout


def check(settings: Mapping[str, Any], problems: bool) -> None:
    """Raise OilstoneError, or MissingTool, when the recipe's wish to judge cannot be met."""
    training, judged = settings["training"], settings["evaluation"]["judged"]
    if bool(judged) != problems:
        raise OilstoneError("evaluation.judged and --problems go together: give both, or neither")
    if training["patience"] and training["keep"] != "best":
        raise OilstoneError("training.patience: goes with training.keep: best")
    if judged and shutil.which("oilstone-eval") is None:
        raise MissingTool("oilstone-eval is not on PATH, and evaluation.judged needs it:"
                          " pip install 'oilstone-eval[local]'")  # fmt: skip


def job(work: Path, settings: Mapping[str, Any], system_prompt: str) -> dict[str, Any] | None:
    """Write eval.yaml into the work folder and return the callback's part of the job.

    Raises OilstoneError when what the phase recipe says is no evaluation recipe.
    """
    judged = settings["evaluation"]["judged"]
    if judged is None:
        return None
    given = {**judged["recipe"]}
    asked = {"quantization": settings["quantization"] or "none", "system_prompt": system_prompt}
    given["generation"] = {**asked, **given.get("generation", {})}
    path = work / layout.EVALUATION
    path.write_text(json.dumps(given), encoding="utf-8")  # JSON is YAML
    recipe.load(path, "recipe-eval.v1")
    return {
        "metric": judged["metric"],
        "problems": str(layout.PROBLEMS),
        "recipe": str(layout.EVALUATION),
    }
