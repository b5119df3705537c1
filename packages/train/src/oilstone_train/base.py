"""`oilstone-train base`: a tokenizer and a small code model, from nothing."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oilstone_schemas import artifact, canonical, recipe
from oilstone_schemas.command import say
from oilstone_train import forms, inputs, layout, making, render
from oilstone_train.launch import Worker
from oilstone_train.making import Order

CONFIGURATION = ("config.json", "generation_config.json", *layout.TOKENIZER)
WEIGHTS = "model.safetensors"
MEASURED = ("parameters", "tokens", "steps", "train_loss", "eval_loss")


def make(path: Path, data: Path, out: Path, overrides: Sequence[str]) -> dict[str, Any]:
    """Train the base of the recipe at `path` into `out`, unless it stands there already."""
    settings = recipe.load(path, "recipe-base.v1", overrides)
    order = Order("base", out, settings, (artifact.load(data, "dataset"),))
    if found := order.done():
        return _told(found, out, up_to_date=True)
    inputs.whole(data, "dataset")
    work = order.work()
    with Worker(work, settings["training"]["threads"]) as worker:
        counts = _prepare(work, settings, data)
        result = worker.do(making.job(work, settings))
    for name in CONFIGURATION:
        shutil.copyfile(work / layout.INIT / name, work.parent / name)
    shutil.copyfile(work / layout.OUT / WEIGHTS, work.parent / WEIGHTS)
    shutil.copyfile(work / layout.CONFIG, work.parent / layout.CONFIG)
    details = {
        **{key: result[key] for key in MEASURED},
        "comment": settings["comment"],
        "chat_template_sha256": making.sha256(work.parent / layout.TOKENIZER[-1]),
        "rows": {**counts, "trained": result["rows_trained"]},
    }
    made = order.publish(work, details, {"rows": result["rows_trained"], "steps": result["steps"]})
    return _told(made, out, up_to_date=False)


def _prepare(work: Path, settings: dict[str, Any], data: Path) -> dict[str, int]:
    """Fill the work folder; return how many rows fell to which reason."""
    prefix, learned = settings["comment"], settings["loss_on_comment"]
    chosen = inputs.training_rows(data, settings)
    measured = inputs.evaluation_rows(data, settings)
    content = making.write_rows(
        work,
        (forms.under_comment(row, prefix, learned) for row in chosen.rows),
        (forms.under_comment(row, prefix, learned) for row in measured),
    )
    making.configure(work, render.base(settings, canonical.digest([content, settings])))
    return chosen.counts


def _told(made: artifact.Manifest, out: Path, *, up_to_date: bool) -> dict[str, Any]:
    details = made.details
    say(
        f"{out}: {details['parameters'] / 1e6:.2f} M parameters, {details['tokens'] / 1e6:.2f} M"
        f" tokens in {details['steps']} steps, loss {details['train_loss']:.3f},"
        f" evaluation loss {details['eval_loss']:.3f}"
    )
    return {"digest": made.digest, "out": str(out), "up_to_date": up_to_date, **details}
