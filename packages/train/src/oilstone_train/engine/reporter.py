"""Writes telemetry while it trains, and sees to it that the last step is evaluated."""

import math
import resource
import time
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from oilstone_schemas.command import CheckFailed
from oilstone_train import telemetry
from oilstone_train.engine.machine import Machine

KEYS = ("loss", "eval_loss", "learning_rate", "grad_norm")


class Reporter(TrainerCallback):  # type: ignore[misc]  # transformers is not followed by mypy
    """One line of telemetry for each line that the trainer logs."""

    def __init__(self, path: Path, *, stop: bool) -> None:
        """`stop`: at a loss that is no number; else somebody else sees to it."""
        self.path, self.begun, self.stop = path, time.monotonic(), stop
        self.tokens, self.machine = 0, Machine()

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Start the clock; a resumed run goes on counting tokens where it stopped."""
        self.begun, self.tokens = time.monotonic(), state.num_input_tokens_seen

    def on_log(self, args: Any, state: Any, control: Any, logs: Any, **kwargs: Any) -> None:
        """Write what was logged; a number that is none is written as null."""
        found = {
            key: self._checked(state.global_step, key, logs[key]) for key in KEYS if key in logs
        }
        if not found or not state.is_world_process_zero:
            return
        seconds = time.monotonic() - self.begun
        tokens = state.num_input_tokens_seen
        telemetry.append(
            self.path,
            {
                "step": state.global_step,
                "of": state.max_steps,
                **found,
                "tokens": tokens,
                "tokens_per_second": round((tokens - self.tokens) / seconds, 1),
                "rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                **self.machine.load(),
                "seconds": round(seconds, 2),
            },
        )

    def _checked(self, step: int, key: str, value: float) -> float | None:
        if math.isfinite(value):
            return value
        if self.stop:
            raise CheckFailed(
                f"step {step}: {key} is {value}; training has diverged."
                " Lower training.learning_rate or training.max_grad_norm"
            )
        return None

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Evaluate at the end. A checkpoint there is for the best alone: the last is saved next."""
        if state.global_step >= state.max_steps:
            control.should_log = control.should_evaluate = True
            control.should_save = args.load_best_model_at_end
