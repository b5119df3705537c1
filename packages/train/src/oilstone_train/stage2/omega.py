"""The Omega rule: every token writes the last few tokens once more, not itself alone.

    W_t = a_t W_(t-1) - sum over i = t-c+1 .. t of (b_i / c) (W_xi k_i - v_i) k_i^T

(Atlas, arXiv 2505.23735, for a linear memory, every weight 1/c, so that a token is written as much
as without: c = 1 is the delta rule.) A token with a window of c is the same as c tokens of the
delta rule, of which the last one reads; so it costs c times as much.
"""

from typing import Any

from oilstone_train.stage2.delta import Tokens
from oilstone_train.stage2.places import Places


def spread(tokens: Tokens, places: Places, window: int, before: Any) -> tuple[Tokens, Places, Any]:
    """Return `window` tokens for each, where they are, and what is to be carried on.

    `before` (rows, heads, window - 1, k + v + 1): keys, values and rates of the tokens that were
    read last; zeros at first.
    """
    import torch

    size = tokens.key.shape[-1]
    line = torch.cat([tokens.key, tokens.value, tokens.rate[..., None]], dim=-1)
    line = torch.cat([before, line], dim=2)
    again = line.unfold(2, window, 1).mT  # (rows, heads, tokens, window, k + v + 1)
    back = torch.arange(window - 1, -1, -1, device=line.device)
    known = (places.position[..., None] >= back)[:, None]
    rate = again[..., -1] * known / window
    first = torch.zeros_like(rate)
    first[..., 0] = tokens.decay  # what was there fades once a token
    wide = Tokens(
        tokens.query.repeat_interleave(window, 2),
        again[..., :size].flatten(2, 3), again[..., size:-1].flatten(2, 3),
        rate.flatten(2), first.flatten(2),
    )  # fmt: skip
    return wide, _spread(places, window), line[:, :, line.shape[2] - window + 1 :]


def _spread(places: Places, window: int) -> Places:
    import torch

    turn = torch.arange(window, device=places.valid.device)
    position = places.position[..., None] * window + turn
    valid, document = (x.repeat_interleave(window, 1) for x in (places.valid, places.document))
    return Places(valid, position.flatten(1), document)
