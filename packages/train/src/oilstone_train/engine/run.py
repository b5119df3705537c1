"""One training run through Axolotl, in the current folder."""

import gc
import json
from typing import Any

import yaml

from oilstone_schemas.command import OilstoneError
from oilstone_train import checkpoints, layout
from oilstone_train.engine import check, ranks


def prepare() -> None:
    """Do what needs no job yet: the imports, which take longer than all other preparation."""
    gc.disable()
    import axolotl.cli.config
    import axolotl.common.datasets
    import axolotl.train  # noqa: F401

    gc.freeze()  # Axolotl collects garbage for every epoch; what is imported is none
    gc.enable()


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Train, or go on training, as axolotl.yaml says; return what the manifest is to tell.

    `job`: {"fresh": the base recipe whose untrained model is to be built first, or null,
    "resume": the checkpoint to go on from, or null}.
    """
    if found := check.problems(yaml.safe_load(layout.CONFIG.read_text())):
        raise OilstoneError("\n".join(found))
    if job["fresh"]:
        from oilstone_train.engine import fresh

        fresh.build(layout.INIT, layout.TRAIN, job["fresh"])
    return _train(job["resume"])


def _train(resume: str | None) -> dict[str, Any]:
    from axolotl.cli.config import load_cfg
    from axolotl.common.datasets import load_datasets
    from axolotl.train import train

    ranks.prepare()
    changes: dict[str, Any] = {"resume_from_checkpoint": resume} if resume else {}
    if ranks.started_by_ray():
        changes["use_ray"] = False  # this is one of its processes; the rest is as everywhere
    cfg = load_cfg(str(layout.CONFIG), **changes)
    cfg.use_ray = ranks.started_by_ray()  # and takes no signals
    ranks.place(cfg)
    _assert_plugin()
    data = load_datasets(cfg=cfg)
    model, _, trainer = train(cfg=cfg, dataset_meta=data)
    return {
        **_outcome(cfg, model, trainer),
        "handover_loss": _handover(trainer),
        "events": json.loads(layout.GUARD.read_text()) if layout.GUARD.exists() else [],
        "rows_trained": len(data.train_dataset),
    }


def _handover(trainer: Any) -> float | None:
    """Return what a phase that goes on from here will measure again; a base has no such rows."""
    from oilstone_train.engine.handover import Measured

    callbacks = trainer.callback_handler.callbacks
    return next((c.loss for c in callbacks if isinstance(c, Measured)), None)


def _assert_plugin() -> None:
    """Axolotl only logs that a plugin could not be imported, and trains without it."""
    from axolotl.integrations.base import PluginManager

    from oilstone_train.engine.plugin import Plugin

    if not any(isinstance(p, Plugin) for p in PluginManager.get_instance().plugins.values()):
        raise RuntimeError("Axolotl did not take in our plugin")


def _outcome(cfg: Any, model: Any, trainer: Any) -> dict[str, Any]:
    from oilstone_train.engine import four_bit

    history = trainer.state.log_history
    evaluations = [(line["step"], line["eval_loss"]) for line in history if "eval_loss" in line]
    best = trainer.args.load_best_model_at_end and trainer.state.best_global_step
    kept = best or trainer.state.global_step
    four_bit_layers = len(four_bit.layers(model))
    if cfg.load_in_4bit and not four_bit_layers:
        raise RuntimeError("no layer is 4-bit, though the recipe says nf4")
    return {
        "steps": trainer.state.global_step,
        "tokens": trainer.state.num_input_tokens_seen,
        "parameters": sum(p.numel() for p in model.parameters()),
        "trainable_parameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "four_bit_layers": four_bit_layers,
        "train_loss": [line["loss"] for line in history if "loss" in line][-1],
        "kept_step": kept,
        "whole_checkpoints": sum(map(checkpoints.is_whole, layout.OUT.glob("checkpoint-*"))),
        "eval_loss": dict(evaluations)[kept],
        "eval_loss_at_start": evaluations[0][1] if evaluations[0][0] == 0 else None,
    }
