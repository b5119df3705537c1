"""Ends a run early whose gates do not come apart: every token would be treated alike."""

from typing import Any

import torch
from transformers import TrainerCallback

from oilstone_schemas.command import CheckFailed
from oilstone_train import layout, telemetry
from oilstone_train.stage2 import attach, gates

ADVICE = "raise memory.polarization.start or memory.learning_rate, or set memory.monitor to null"


class Monitor(TrainerCallback):  # type: ignore[misc]  # transformers is not followed by mypy
    """Looks at the gates of the step's last batch; `settings` is the recipe's `memory.monitor`."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Raise CheckFailed for gates that are all alike, or that stayed as they were."""
        step, begin = state.global_step, self.settings["begin"]
        if step < begin:
            return
        seen = torch.cat([b.gate.detach().flatten() for b in attach.branches(kwargs["model"])])
        variance = float(seen.var(correction=0))
        if variance**0.5 < self.settings["collapsed"]:
            self._end(step, f"all gates are alike: their standard deviation is {variance**0.5:.4g}")
        if step == begin:
            telemetry.append(layout.MEMORY, {"step": step, "gate_variance": variance})
        if step == self.settings["check"]:
            decided = gates.polarized(seen.tolist()) / len(seen)
            if why := gates.hopeless(_begun(), variance, decided, self.settings):
                self._end(step, why)

    def _end(self, step: int, why: str) -> None:
        raise CheckFailed(f"step {step}: {why}; {ADVICE}")


def _begun() -> float:
    """Return the variance that was noted, maybe by a process that was killed since."""
    found = [line["gate_variance"] for line in telemetry.read(layout.MEMORY)
             if "gate_variance" in line]  # fmt: skip
    return float(found[-1])
