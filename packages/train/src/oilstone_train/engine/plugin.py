"""Oilstone's hooks in Axolotl: seeds, the exact trainer, telemetry, 4-bit layers that train."""

import json
import os
from itertools import islice
from pathlib import Path
from typing import Any

from axolotl.integrations.base import BasePlugin

from oilstone_schemas import jsonl
from oilstone_train import layout
from oilstone_train.engine import four_bit, ranks
from oilstone_train.guard import Guard

CALIBRATION_ROWS = 64


class Plugin(BasePlugin):  # type: ignore[misc]  # axolotl has no types
    """Everything that we change about a training run is said here."""

    def pre_model_load(self, cfg: Any) -> None:
        """Set the seed, which Axolotl sets only with the trainer; say where logs are to lie."""
        os.environ.update(_job().get("logs") or {})
        _seed(cfg)

    def post_model_build(self, cfg: Any, model: Any) -> None:
        """Make gradients of 4-bit layers right after an evaluation, too; add the memories."""
        if cfg.load_in_4bit:
            four_bit.mend(model)
        if memory := _job().get("memory"):
            from oilstone_train.stage2 import attach

            attach.attach(model, memory)
            if not cfg.lora_model_dir:
                _calibrate(cfg, model)

    def pre_lora_load(self, cfg: Any, model: Any) -> None:
        """Set the seed again: how much was drawn since depends on what was cached."""
        _seed(cfg)

    def get_training_args(self, cfg: Any) -> dict[str, Any]:
        """Return what Axolotl's schema has no key for."""
        return {
            "data_seed": cfg.seed,
            "disable_tqdm": True,
            "eval_on_start": bool(cfg.adapter) and not cfg.resume_from_checkpoint,
            "include_num_input_tokens_seen": "non_padding",
            "logging_nan_inf_filter": False,  # it would hide a loss that is no number
            "restore_callback_states_from_checkpoint": True,
            # Axolotl forwards only a true one, and then the metric's name decides.
            **({"greater_is_better": cfg.greater_is_better} if cfg.metric_for_best_model else {}),
        }

    def get_trainer_cls(self, cfg: Any) -> Any:
        """Train with the trainer whose runs repeat."""
        if _job().get("memory"):
            from oilstone_train.engine.staged import StagedTrainer

            return StagedTrainer
        from oilstone_train.engine.trainer import ExactTrainer

        return ExactTrainer

    def post_trainer_create(self, cfg: Any, trainer: Any) -> None:
        """Make sure that several processes are one training."""
        ranks.together(trainer.args.world_size)

    def add_callbacks_pre_trainer(self, cfg: Any, model: Any) -> list[Any]:
        """Write telemetry; check what was handed over; guard against leaps of the loss."""
        from oilstone_train.engine.handover import Handover, Measured
        from oilstone_train.engine.judged import Judged
        from oilstone_train.engine.reporter import Reporter
        from oilstone_train.engine.rollback import Rollback

        job = _job()
        expected, settings = job.get("handover"), job.get("guard")
        ramp = job.get("ramp")
        callbacks: list[Any] = [Reporter(layout.TELEMETRY, stop=settings is None and not ramp)]
        if ramp:
            from oilstone_train.engine.ramp import Ramp

            callbacks.append(Ramp(ramp))
        if job.get("judged"):
            callbacks.append(Judged(job["judged"]))
        if expected is not None:
            callbacks.append(Handover(Path(job["handover_rows"]), expected))
        if layout.HANDOVER.exists():
            callbacks.append(Measured(layout.HANDOVER))
        if settings is not None:
            callbacks.append(Rollback(Guard(layout.GUARD, settings)))
        return [*callbacks, *_memory_callbacks(job.get("memory") or {})]


def _memory_callbacks(memory: dict[str, Any]) -> list[Any]:
    from oilstone_train.engine.monitor import Monitor
    from oilstone_train.engine.spikes import Spikes

    safety, monitor = memory.get("safety"), memory.get("monitor")
    return [
        *([Spikes(Guard(layout.GUARD, safety), safety)] if safety else []),
        *([Monitor(monitor)] if monitor else []),
    ]


def _job() -> dict[str, Any]:
    job: dict[str, Any] = json.loads(layout.JOB.read_text())
    return job


def _calibrate(cfg: Any, model: Any) -> None:
    """Draw the first keys and values from what the model makes of rows that it is trained on."""
    from transformers import AutoTokenizer

    from oilstone_train.stage2 import calibrate

    tokenizer = AutoTokenizer.from_pretrained(cfg.base_model)
    rows = islice(jsonl.read(layout.TRAIN), CALIBRATION_ROWS)
    _seed(cfg)
    calibrate.calibrate(
        model,
        (tokenizer.apply_chat_template(r["messages"], return_dict=False) for r in rows),
    )


def _seed(cfg: Any) -> None:
    from transformers import set_seed

    set_seed(cfg.seed)
