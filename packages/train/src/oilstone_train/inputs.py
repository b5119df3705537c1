"""What a run is made from, read strictly and checked before anything heavy starts."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from typing import Any

from oilstone_schemas import artifact, jsonl
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import MissingTool, OilstoneError
from oilstone_schemas.verify import integrity
from oilstone_train.select import Selection, refusal, sample, select

PRODUCER = "oilstone-train"
ENGINE = ("axolotl", "torch", "transformers", "peft", "bitsandbytes")


def engine() -> dict[str, str]:
    """Return the versions of what trains. Raises MissingTool when Axolotl is not installed."""
    try:
        return {name: version(name) for name in ENGINE}
    except PackageNotFoundError as error:
        raise MissingTool(
            f"{error.name} is not installed, and training needs it:"
            " pip install 'oilstone-train[axolotl]'"
        ) from error


def whole(folder: Path, kind: str) -> Manifest:
    """Load an artifact and make sure that its files are what they were."""
    manifest = artifact.load(folder, kind)
    if problems := list(integrity(manifest)):
        raise OilstoneError("\n".join(problems))
    return manifest


def training_rows(data: Path, recipe: Mapping[str, Any]) -> Selection:
    """Return the rows of train.jsonl that the recipe asks for."""
    chosen = select(jsonl.read(data / "train.jsonl", "row.v1"), recipe["rows"], recipe["seed"])
    if not chosen.rows:
        raise OilstoneError(f"{data / 'train.jsonl'}: `rows` selects none of it: {chosen.counts}")
    if len(chosen.rows) < (least := recipe["rows"].get("min_rows", 1)):
        raise OilstoneError(
            f"{data / 'train.jsonl'}: {len(chosen.rows)} rows are left ({chosen.counts}), and"
            f" rows.min_rows asks for {least}; build a larger dataset, or lower it"
        )
    return chosen


def mixed_rows(data: Path, recipe: Mapping[str, Any], beside: int) -> list[dict[str, Any]]:
    """Return rows of a second dataset, so many that they are `rows.mix_share` beside the others."""
    share = recipe["rows"]["mix_share"]
    rows = list(jsonl.read(data / "train.jsonl", "row.v1"))
    wanted = round(beside * share / (1 - share))
    if len(rows) < wanted:
        raise OilstoneError(
            f"{data / 'train.jsonl'}: {len(rows)} rows, and rows.mix_share {share} beside {beside}"
            f" others asks for {wanted}"
        )
    return sample(rows, wanted, recipe["seed"]) if wanted else []


def evaluation_rows(data: Path, recipe: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of eval.jsonl that the loss is measured on."""
    settings = recipe["evaluation"]
    rows = jsonl.read(data / "eval.jsonl", "row.v1")
    if settings.get("rows") == "selected":
        rows = (row for row in rows if refusal(row, recipe["rows"]) is None)
    found = list(islice(rows, settings["max_rows"]))
    if not found:
        raise OilstoneError(f"{data / 'eval.jsonl'}: no row is left to measure the loss on")
    return found
