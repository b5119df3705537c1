"""The first keys and values of a memory, drawn so that it can tell tokens apart from the start.

A trained model's hidden states share most of what they are: keys drawn blindly are all alike, and
what is read is a mixture of everything that was written. So keys and values begin as a random
rotation of the whitened states, and a value is turned back when it is read. In trials on a small
model, nothing was learned without it in 300 steps.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from oilstone_train.stage2 import attach

RIDGE = 1e-3  # of the mean variance: directions that hardly vary are not blown up
VALUE_SCALE = 0.3


def calibrate(model: Any, rows: Iterable[list[int]]) -> None:
    """Set keys, queries and values of all memories, from the hidden states of these token lists.

    Draws from torch's global random generator. Needs a few thousand tokens.
    """
    with _states(model) as seen, torch.no_grad():
        for row in rows:
            model(input_ids=torch.tensor([row], device=model.device), use_cache=False)
    for layer, (states, outputs) in seen.items():
        _set(getattr(layer, attach.NAME), torch.cat(states), torch.cat(outputs))


@contextmanager
def _states(model: Any) -> Iterator[dict[Any, tuple[list[Any], list[Any]]]]:
    """Gather what the memories' layers see, normed, and put out: (tokens, width) a row."""
    seen: dict[Any, tuple[list[Any], list[Any]]] = {}
    hooks = []
    for layer in model.get_decoder().layers:
        if hasattr(layer, attach.NAME):
            kept = seen.setdefault(layer, ([], []))
            hooks.append(layer.input_layernorm.register_forward_hook(_keeper(kept[0])))
            hooks.append(layer.register_forward_hook(_keeper(kept[1])))
    training = model.training
    model.eval()
    try:
        with attach.switched_off(model):  # the norm is called once a row, not twice
            yield seen
    finally:
        model.train(training)
        for hook in hooks:
            hook.remove()


def _keeper(kept: list[Any]) -> Any:
    def keep(module: Any, args: Any, out: Any) -> None:
        kept.append((out[0] if isinstance(out, tuple) else out)[0])

    return keep


def _set(branch: Any, states: Any, outputs: Any) -> None:
    mean, white = _whitening(states.double())
    with torch.no_grad():
        for linear in (branch.to_key, branch.to_value):
            turn = nn.init.orthogonal_(torch.empty_like(linear.weight)).double()
            _assign(linear, turn @ white, mean)
        _assign(branch.to_query, branch.to_key.weight.double(), mean)
        for tensor in branch.to_value.parameters():
            tensor.mul_(VALUE_SCALE)
        # What is read whole comes back as it was written, and as long as the layer's output.
        longer = outputs.norm(dim=-1).mean() / states.norm(dim=-1).mean()
        branch.back.weight.copy_(longer * torch.linalg.pinv(branch.to_value.weight.double()))


def _assign(linear: Any, weight: Any, mean: Any) -> None:
    linear.weight.copy_(weight)
    linear.bias.copy_(-weight @ mean)


def _whitening(states: Any) -> tuple[Any, Any]:
    """Return mean and inverse square root of the covariance of states (tokens, width)."""
    mean = states.mean(0)
    values, vectors = torch.linalg.eigh(torch.cov((states - mean).T))
    values = values.clamp(min=0) + RIDGE * values.mean()
    return mean, vectors @ torch.diag(values.rsqrt()) @ vectors.T
