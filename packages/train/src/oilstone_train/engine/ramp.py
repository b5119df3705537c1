"""Raises the learning rate from step to step, and stops where the loss diverges."""

from typing import Any

from transformers import TrainerCallback

from oilstone_train import lr_range


class Ramp(TrainerCallback):  # type: ignore[misc]  # transformers is not followed by mypy
    """Puts the ramp into the trainer's own scheduler, whose rates it then logs."""

    def __init__(self, ramp: dict[str, Any]) -> None:
        self.ramp = ramp

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Take over the scheduler: every group of parameters gets the ramp's rate."""
        scheduler, groups = kwargs["lr_scheduler"], kwargs["optimizer"].param_groups
        scheduler.base_lrs = [1.0] * len(groups)
        scheduler.lr_lambdas = [lambda step: lr_range.rate(step, self.ramp)] * len(groups)
        now = lr_range.rate(state.global_step, self.ramp)
        scheduler._last_lr = [now] * len(groups)
        for group in groups:
            group["lr"] = now

    def on_log(self, args: Any, state: Any, control: Any, logs: Any, **kwargs: Any) -> None:
        """Stop, after a last evaluation, when the losses so far have diverged."""
        losses = [line["loss"] for line in state.log_history if "loss" in line]
        if "loss" in logs and lr_range.diverged(losses):
            control.should_training_stop = control.should_evaluate = True
            control.should_save = False
