"""Puts what the guard decides into effect: stop, go back, and on at another rate."""

import math
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from oilstone_train import checkpoints, layout, telemetry
from oilstone_train.guard import Guard, spike


class Rollback(TrainerCallback):  # type: ignore[misc]  # transformers is not followed by mypy
    """Stops the trainer at a spike; `resume` then says where it is to go on."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Scale the learning rate, whatever scale the checkpoint was saved under."""
        scheduler, groups = kwargs["lr_scheduler"], kwargs["optimizer"].param_groups
        wanted = [group.get("initial_lr", group["lr"]) * self.guard.factor for group in groups]
        for group, now, new in zip(groups, scheduler.base_lrs, wanted, strict=True):
            group["lr"] *= new / now
        scheduler.base_lrs = wanted

    def on_log(self, args: Any, state: Any, control: Any, logs: Any, **kwargs: Any) -> None:
        """Look at every logged training loss; a gradient that is no number is a leap of it."""
        if "loss" not in logs:
            return
        loss = logs["loss"] if math.isfinite(logs.get("grad_norm", 0.0)) else math.nan
        before = [line["loss"] for line in state.log_history[:-1] if "loss" in line]
        self.see(spike(before, loss, self.guard.settings), loss, args, state, control)

    def see(self, leapt: bool, value: float, args: Any, state: Any, control: Any) -> None:
        """Tell the guard of a value, and stop the trainer when it is to go back."""
        if self.guard.see(state.global_step, leapt, value, Path(args.output_dir)):
            control.should_training_stop = True
            control.should_save = control.should_evaluate = False

    def resume(self) -> str | None:
        """Return the checkpoint to go on from, once; telemetry after it is dropped."""
        back, self.guard.back = self.guard.back, None
        if back is None:
            return None
        telemetry.cut(layout.TELEMETRY, checkpoints.step(back))
        return str(back)
