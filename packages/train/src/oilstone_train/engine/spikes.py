"""Looks at the perplexity of held-out conversations, and has the guard go back when it leaps."""

import math
from typing import Any

from oilstone_train import layout, telemetry
from oilstone_train.engine import handover
from oilstone_train.engine.rollback import Rollback
from oilstone_train.guard import Guard
from oilstone_train.stage2 import attach, perplexities


class Spikes(Rollback):
    """A rollback that a leap of perplexity calls for, not one of the training loss.

    The training loss of single batches varies by more than a leap is high.
    """

    def __init__(self, guard: Guard, settings: dict[str, Any]) -> None:
        super().__init__(guard)
        self.settings = settings

    def on_log(self, args: Any, state: Any, control: Any, logs: Any, **kwargs: Any) -> None:
        """Leave the training loss alone."""

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Measure, compare with the average, and write it down."""
        if state.global_step % self.settings["every"]:
            return
        model, most = kwargs["model"], self.settings["rows"]
        loss = handover.loss(model, kwargs["processing_class"], layout.HANDOVER, None, most)
        found = math.exp(loss) if math.isfinite(loss) and loss < 700 else math.inf
        before = perplexities.read(layout.MEMORY)
        rise = perplexities.rise(before, found, self.settings["window"])
        leapt = perplexities.leaps(rise, self.settings)
        spread = [float(branch.gate.std()) for branch in attach.branches(model)]
        line = {"perplexity": telemetry.number(found), "leapt": leapt, "gate_deviation": spread}
        telemetry.append(layout.MEMORY, {"step": state.global_step, **line})
        if not self.settings["observe"]:
            self.see(leapt, found, args, state, control)

    def resume(self) -> str | None:
        """Return the checkpoint to go on from, once; what was written after it is dropped."""
        back = super().resume()
        if back:
            telemetry.cut(layout.MEMORY, int(back.rpartition("-")[2]))
        return back
