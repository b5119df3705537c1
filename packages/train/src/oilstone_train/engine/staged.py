"""Trains with memories: chunk size and gradient norm of each step, and the loss of gates."""

import json
from typing import Any

import torch

from oilstone_train import layout, telemetry
from oilstone_train.engine.trainer import ExactTrainer
from oilstone_train.stage2 import attach, clipping, gates, schedule


class StagedTrainer(ExactTrainer):
    """Sets what the recipe's `memory` says for a step before it begins."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.memory = json.loads(layout.JOB.read_text())["memory"]
        super().__init__(*args, **kwargs)

    def training_step(self, model: Any, *args: Any, **kwargs: Any) -> Any:
        """Set the chunk size of the step."""
        attach.set_chunk(model, schedule.size(self.state.global_step, self.memory["schedule"]))
        return super().training_step(model, *args, **kwargs)

    def compute_loss(self, model: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Add the gates' indecision, weighed, while training."""
        found = super().compute_loss(model, inputs, *args, **kwargs)
        share = self.state.global_step / self.state.max_steps if self.state.max_steps else 0.0
        weight = gates.weight(share, self.memory["polarization"])
        if not model.training or not weight:
            return found
        undecided = gates.indecision([branch.gate for branch in attach.branches(model)])
        return found + weight * undecided / self.args.gradient_accumulation_steps

    def _clip_grad_norm(self, model: Any) -> Any:
        """Scale gradients down to the norms of the step, and write down what they were."""
        step, plan = self.state.global_step, self.memory
        own: dict[int, float] = {}
        if plan["clipping"]:
            self.args.max_grad_norm = clipping.limit(step, plan["schedule"], plan["clipping"])
            own = clipping.limits(step, plan["schedule"], plan["clipping"])
        layers = {str(layer): _clip_layer(model, layer, norm) for layer, norm in own.items()}
        found = super()._clip_grad_norm(model)
        line = {
            "step": step + 1,
            "chunk": schedule.size(step, plan["schedule"]),
            "limit": self.args.max_grad_norm,
            "grad_norm": telemetry.number(float(found)),
            **({"layers": layers} if layers else {}),
        }
        telemetry.append(layout.MEMORY, line)
        return found


def _clip_layer(model: Any, layer: int, norm: float) -> dict[str, float | None]:
    """Scale the gradients of one decoder layer down; return its limit, and what the norm was."""
    name = f".layers.{layer}."
    weights = [weight for at, weight in model.named_parameters() if name in at]
    found = float(torch.nn.utils.clip_grad_norm_(weights, norm))
    return {"limit": norm, "grad_norm": telemetry.number(found)}
