"""Greedy decoding of a batch: the likeliest token, again and again.

Answers that ended leave the batch, so one that never ends costs little more than it would alone.
"""

from collections.abc import Sequence
from typing import Any

from oilstone_eval.generate.model import Model


def decode(model: Model, prompts: Sequence[Sequence[int]], limit: int) -> list[list[int]]:
    """Return each prompt's new tokens, the ending one included; at most `limit`, or the context."""
    import torch

    longest = max(map(len, prompts))
    limit = min(limit, model.context - longest)
    outputs: list[list[int]] = [[] for _ in prompts]
    alive = list(range(len(prompts)))
    with torch.inference_mode():
        ids, mask = _padded(model, prompts, longest)
        cache = None
        for _ in range(limit):
            made = model.network(
                input_ids=ids, attention_mask=mask, position_ids=_positions(ids, mask),
                past_key_values=cache, use_cache=True, logits_to_keep=1,
            )  # fmt: skip
            cache, ids = made.past_key_values, made.logits[:, -1].argmax(-1, keepdim=True)
            for index, token in zip(alive, ids[:, 0].tolist(), strict=True):
                outputs[index].append(token)
            going = [row for row, index in enumerate(alive) if outputs[index][-1] not in model.ends]
            if not going:
                break
            if len(going) < len(alive):
                alive, rows = [alive[row] for row in going], torch.tensor(going, device=ids.device)
                ids, mask = ids[rows], mask[rows]
                cache.batch_select_indices(rows)
            mask = torch.cat([mask, mask.new_ones(len(alive), 1)], dim=1)
    return outputs


def _padded(model: Model, prompts: Sequence[Sequence[int]], longest: int) -> tuple[Any, Any]:
    """Return the prompts as one tensor, padded on the left, and the mask that hides the padding."""
    import torch

    # Any token will do: the mask hides it.
    ids = [[0] * (longest - len(prompt)) + list(prompt) for prompt in prompts]
    mask = [[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts]
    return torch.tensor(ids, device=model.device), torch.tensor(mask, device=model.device)


def _positions(ids: Any, mask: Any) -> Any:
    """Count positions from each prompt's first own token."""
    return (mask.cumsum(-1) - 1).clamp(min=0)[:, -ids.shape[1] :]
