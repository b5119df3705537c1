"""Decoding of a batch, token by token: the likeliest, or drawn.

Answers that ended leave the batch, so one that never ends costs little more than it would alone.
"""

import hashlib
import random
from collections.abc import Callable, Sequence
from typing import Any

from oilstone_eval.generate.model import Model

# Given the logits of the answers still going (rows) and their indices: the next tokens, one column.
Choice = Callable[[Any, Sequence[int]], Any]


def likeliest(logits: Any, alive: Sequence[int]) -> Any:
    """Choose greedily."""
    return logits.argmax(-1, keepdim=True)


class Drawn:
    """Draws tokens: softmax at a temperature, cut to the fewest tokens that hold `top_p` of it.

    Holtzman et al. 2020, arXiv 1904.09751. Every answer has a random stream of its own, from its
    seed: neighbours in the batch change nothing.
    """

    def __init__(self, seeds: Sequence[int], temperature: float, top_p: float) -> None:
        self.streams = [random.Random(seed) for seed in seeds]
        self.temperature, self.top_p = temperature, top_p

    def __call__(self, logits: Any, alive: Sequence[int]) -> Any:
        """Choose a token for every row."""
        import torch

        chances, tokens = (logits.double() / self.temperature).softmax(-1).sort(-1, descending=True)
        before = chances.cumsum(-1) - chances
        chances = chances.masked_fill(before >= self.top_p, 0.0)
        total = chances.cumsum(-1)
        drawn = [[self.streams[index].random()] for index in alive]
        place = total.new_tensor(drawn) * total[:, -1:]
        chosen = torch.searchsorted(total, place, right=True)
        last = (chances > 0).sum(-1, keepdim=True) - 1
        return tokens.gather(-1, chosen.minimum(last))


def stream_seed(seed: int, problem: str, index: int) -> int:
    """Return the seed of one answer's random stream."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{index}:{problem}".encode()).digest()[:8])


def decode(
    model: Model, prompts: Sequence[Sequence[int]], limit: int, choose: Choice = likeliest
) -> list[list[int]]:
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
            cache, ids = made.past_key_values, choose(made.logits[:, -1], alive)
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
