"""`oilstone-train run`: one LoRA phase, from a base or from the adapter of an earlier phase."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oilstone_schemas import artifact, canonical, jsonl, recipe
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import say
from oilstone_train import card, forms, handover, inputs, layout, making, render
from oilstone_train.launch import Worker
from oilstone_train.making import Order

FROM_DATA = ("system_prompt", "system_prompt_sha256")
MEASURED = (
    "handover_loss",
    "events",
    "steps",
    "tokens",
    "train_loss",
    "eval_loss",
    "eval_loss_at_start",
)


def make(
    path: Path, data: Path, base: Path, start: Path | None, out: Path, overrides: Sequence[str]
) -> dict[str, Any]:
    """Train the adapter of the recipe at `path` into `out`, unless it stands there already."""
    settings = recipe.load(path, "recipe-phase.v1", overrides)
    dataset, trunk = artifact.load(data, "dataset"), artifact.load(base, "base")
    earlier = artifact.load(start, "adapter") if start else None
    return train(settings, dataset, trunk, earlier, out)


def train(
    settings: dict[str, Any], dataset: Manifest, trunk: Manifest, earlier: Manifest | None,
    out: Path,
) -> dict[str, Any]:  # fmt: skip
    """Do what `make` does with a recipe that is loaded and inputs that are found."""
    if earlier:
        handover.check(earlier, trunk, settings)
    order = Order("adapter", out, settings, (dataset, trunk, *([earlier] if earlier else [])))
    if found := order.done():
        return _told(found, out, up_to_date=True)
    for given in order.made_from:
        inputs.whole(given.folder, given.kind)
    work = order.work()
    with Worker(work, settings["training"]["threads"]) as worker:
        counts = _prepare(work, settings, dataset, trunk, earlier)
        expected = earlier.details["handover_loss"] if earlier else None
        job = {**making.job(work, None), "handover": expected, "guard": settings["guard"]}
        result = worker.do(job)
    _collect(work, trunk)
    details = {
        "base_digest": trunk.digest,
        "from_digest": earlier.digest if earlier else None,
        "quantization": settings["quantization"],
        **{key: dataset.details[key] for key in FROM_DATA},
        "chat_template_sha256": trunk.details["chat_template_sha256"],
        **{key: result[key] for key in (*MEASURED, "trainable_parameters", "four_bit_layers")},
        "rows": {**counts, "trained": result["rows_trained"]},
    }
    (work.parent / layout.CARD).write_text(card.text(settings, details, dataset), encoding="utf-8")
    made = order.publish(work, details, {"rows": result["rows_trained"], "steps": result["steps"]})
    return _told(made, out, up_to_date=False)


def _prepare(
    work: Path,
    settings: dict[str, Any],
    dataset: Manifest,
    trunk: Manifest,
    earlier: Manifest | None,
) -> dict[str, int]:
    """Fill the work folder; return how many rows fell to which reason."""
    chosen = inputs.training_rows(dataset.folder, settings)
    system = dataset.details["system_prompt"]
    measured = [
        forms.conversation(r, system) for r in inputs.evaluation_rows(dataset.folder, settings)
    ]
    train = (forms.conversation(row, system) for row in chosen.rows)
    content = making.write_rows(work, train, measured)
    jsonl.write(work / layout.HANDOVER, measured[: handover.MOST])
    _link(work / layout.BASE, trunk.folder)
    if earlier:
        _link(work / layout.FROM, earlier.folder)
    prepared = canonical.digest([content, trunk.digest, settings["seed"]])
    making.configure(work, render.phase(settings, prepared, earlier is not None))
    return chosen.counts


def _link(name: Path, folder: Path) -> None:
    name.unlink(missing_ok=True)
    name.symlink_to(folder.resolve())


def _collect(work: Path, trunk: Manifest) -> None:
    """Copy what makes an adapter, in a spelling that is the same on every machine."""
    made, stage = work / layout.OUT, work.parent
    settings, weights = layout.ADAPTER
    config = json.loads((made / settings).read_text())
    config["base_model_name_or_path"] = f"sha256:{trunk.digest}"
    config["target_modules"] = sorted(config["target_modules"])
    (stage / settings).write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    shutil.copyfile(made / weights, stage / weights)
    shutil.copyfile(work / layout.CONFIG, stage / layout.CONFIG)
    shutil.copyfile(work / layout.HANDOVER, stage / handover.ROWS)
    for name in layout.TOKENIZER:
        shutil.copyfile(trunk.folder / name, stage / name)


def _told(made: Manifest, out: Path, *, up_to_date: bool) -> dict[str, Any]:
    details = made.details
    say(
        f"{out}: {details['rows']['trained']} rows, {details['tokens'] / 1e6:.2f} M tokens in"
        f" {details['steps']} steps, loss {details['train_loss']:.3f}, evaluation loss"
        f" {details['eval_loss_at_start']:.3f} -> {details['eval_loss']:.3f}"
    )
    return {"digest": made.digest, "out": str(out), "up_to_date": up_to_date, **details}
