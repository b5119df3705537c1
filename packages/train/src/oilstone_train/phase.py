"""`oilstone-train run`: one LoRA phase, from a base or from the adapter of an earlier phase."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from oilstone_schemas import artifact, canonical, jsonl, recipe
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError, say
from oilstone_train import (
    card,
    fitting,
    forms,
    handover,
    inputs,
    judging,
    layout,
    logs,
    making,
    processes,
    render,
)
from oilstone_train.launch import Worker
from oilstone_train.making import Order

LOADER = "memory"  # the entry point by which the parts beside LoRA are built again
FROM_DATA = ("system_prompt", "system_prompt_sha256")
MEASURED = (
    "handover_loss",
    "events",
    "steps",
    "kept_step",
    "whole_checkpoints",
    "tokens",
    "train_loss",
    "eval_loss",
    "eval_loss_at_start",
)


@dataclass(frozen=True)
class Given:
    """What a phase is trained from.

    `mix`: a second dataset, of which a share of the rows comes. `problems`: what the adapter is
    judged on while it is trained.
    """

    dataset: Manifest
    base: Manifest
    earlier: Manifest | None = None
    mix: Manifest | None = None
    problems: Manifest | None = None

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """All of them, in the order in which an adapter's manifest names them."""
        found = (self.dataset, self.base, self.earlier, self.mix, self.problems)
        return tuple(manifest for manifest in found if manifest)


def load(
    data: Path, base: Path, start: Path | None = None, mix: Path | None = None,
    problems: Path | None = None,
) -> Given:  # fmt: skip
    """Find the inputs of a phase; their files are not hashed yet."""
    return Given(
        artifact.load(data, "dataset"), artifact.load(base, "base"),
        artifact.load(start, "adapter") if start else None,
        artifact.load(mix, "dataset") if mix else None,
        artifact.load(problems, "problems") if problems else None,
    )  # fmt: skip


def make(path: Path, given: Given, out: Path, overrides: Sequence[str]) -> dict[str, Any]:
    """Train the adapter of the recipe at `path` into `out`, unless it stands there already."""
    return train(recipe.load(path, "recipe-phase.v1", overrides), given, out)


def train(settings: dict[str, Any], given: Given, out: Path) -> dict[str, Any]:
    """Do what `make` does with a recipe that is loaded."""
    dataset, trunk, earlier = given.dataset, given.base, given.earlier
    check(settings, given)
    order = Order("adapter", out, settings, given.manifests)
    if made := order.done():
        return _told(made, out, up_to_date=True)
    work, counts, result = trained(order, settings, given, {})
    _collect(work, trunk, settings)
    details = {
        "base_digest": trunk.digest,
        "from_digest": earlier.digest if earlier else None,
        "quantization": settings["quantization"],
        **({"loader": LOADER} if settings["memory"] else {}),
        **{key: dataset.details[key] for key in FROM_DATA},
        "chat_template_sha256": trunk.details["chat_template_sha256"],
        **{key: result[key] for key in (*MEASURED, "trainable_parameters", "four_bit_layers")},
        "rows": {**counts, "trained": result["rows_trained"]},
    }
    (work.parent / layout.CARD).write_text(card.text(settings, details, dataset), encoding="utf-8")
    made = order.publish(work, details, {"rows": result["rows_trained"], "steps": result["steps"]})
    return _told(made, out, up_to_date=False)


def check(settings: dict[str, Any], given: Given) -> None:
    """Raise OilstoneError when recipe and inputs do not fit together."""
    _check_mix(settings, given)
    processes.check(settings)
    judging.check(settings, given.problems is not None)
    logs.check(settings)
    fitting.check(settings, given.base)
    if given.earlier:
        handover.check(given.earlier, given.base, settings)


def trained(
    order: Order, settings: dict[str, Any], given: Given, more: dict[str, Any]
) -> tuple[Path, dict[str, int], dict[str, Any]]:
    """Train, or go on; return the work folder, how many rows fell to which reason, and the result.

    `more`: what the worker's job says besides.
    """
    fitting.machine(settings)
    for manifest in given.manifests:
        inputs.whole(manifest.folder, manifest.kind)
    work = order.work()
    with Worker(work, settings["training"]["threads"], settings["launcher"]) as worker:
        counts = _prepare(work, settings, given)
        ours = {**handover.expected(given.base, given.earlier, settings), **more}
        ours |= {"guard": settings["guard"], "memory": settings["memory"]}
        ours["judged"] = judging.job(work, settings, given.dataset.details["system_prompt"])
        ours["logs"] = logs.job(work, settings, logs.folder(order.out, order.request))
        result = worker.do({**making.job(work, None), **ours})
    return work, counts, result


def _check_mix(settings: dict[str, Any], given: Given) -> None:
    if bool(settings["rows"]["mix_share"]) != bool(given.mix):
        raise OilstoneError("rows.mix_share and --mix go together: give both, or neither")
    prompt = FROM_DATA[1]
    if given.mix and given.mix.details[prompt] != given.dataset.details[prompt]:
        raise OilstoneError(
            f"{given.mix.folder}: made for another system prompt than {given.dataset.folder};"
            " build both with the same one"
        )


def _prepare(work: Path, settings: dict[str, Any], given: Given) -> dict[str, int]:
    """Fill the work folder; return how many rows fell to which reason."""
    folder, system = given.dataset.folder, given.dataset.details["system_prompt"]
    chosen = inputs.training_rows(folder, settings)
    mixed = inputs.mixed_rows(given.mix.folder, settings, len(chosen.rows)) if given.mix else []
    spoken = partial(forms.conversation, system_prompt=system, reasoning=settings["reasoning"])
    measured = [spoken(row) for row in inputs.evaluation_rows(folder, settings)]
    train = (spoken(row) for row in (*chosen.rows, *mixed))
    content = making.write_rows(work, train, measured)
    jsonl.write(work / layout.HANDOVER, measured[: handover.MOST])
    _link(work / layout.BASE, given.base.folder)
    if given.earlier:
        _link(work / layout.FROM, given.earlier.folder)
    if given.problems:
        _link(work / layout.PROBLEMS, given.problems.folder)
    prepared = canonical.digest([content, given.base.digest, settings["seed"]])
    making.configure(work, render.phase(settings, prepared, given.earlier is not None))
    return {**chosen.counts, "mixed": len(mixed)}


def _link(name: Path, folder: Path) -> None:
    name.unlink(missing_ok=True)
    name.symlink_to(folder.resolve())


def _collect(work: Path, trunk: Manifest, settings: dict[str, Any]) -> None:
    """Copy what makes an adapter, in a spelling that is the same on every machine."""
    made, stage = work / layout.OUT, work.parent
    shape, weights = layout.ADAPTER
    config = json.loads((made / shape).read_text())
    config["base_model_name_or_path"] = f"sha256:{trunk.digest}"
    config["target_modules"] = sorted(config["target_modules"])
    (stage / shape).write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    if settings["memory"]:
        (stage / layout.SHAPE).write_bytes(canonical.pretty(settings["memory"]))
        shutil.copyfile(work / layout.MEMORY, stage / layout.MEMORY)
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
