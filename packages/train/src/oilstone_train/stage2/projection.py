"""Queries turned towards the keys that were written: what was never written cannot be asked for.

With S_t = d S_(t-1) + k_t k_t^T over the keys of a document, a query becomes

    q'_t = (p I + S_t) q_t, scaled to length 1

(Q-K projection of TNT, arXiv 2511.07343; decay d and share p, "persistent", as in the Atlas-MAG
design). The published forms divide by sums of |k|^2 instead: the direction is the same.
"""

import math
from collections.abc import Mapping
from typing import Any

from oilstone_train.stage2.delta import BLOCK
from oilstone_train.stage2.places import Places, blocks


def project(
    query: Any, key: Any, places: Places, settings: Mapping[str, float], before: Any, read: Any
) -> tuple[Any, Any]:
    """Return the projected queries, and S after the last token of each row.

    `query`, `key` (rows, heads, tokens, k), of length 1. `settings`: decay d and persistent p.
    `before`: S (rows, heads, k, k) that document 0 goes on from, and `read` (rows) its tokens.
    """
    import torch

    found = []
    for run, here in blocks(places, BLOCK):
        part = query[:, :, run], key[:, :, run]
        out, before = _block(*part, here, settings, before, read)
        found.append(out)
        read = torch.where(here.valid.any(1), here.position[:, -1] + 1, read)
    return torch.nn.functional.normalize(torch.cat(found, dim=2), dim=-1), before


def _block(
    query: Any, key: Any, here: Places, settings: Mapping[str, float], before: Any, read: Any
) -> tuple[Any, Any]:
    import torch

    fade, at = math.log(settings["decay"]), here.position
    same = (here.document[:, :, None] == here.document[:, None, :]) & here.valid[:, None, :]
    past = same & torch.ones_like(same).tril()
    weights = _powers(fade * (at[:, :, None] - at[:, None, :]).to(query.dtype), past)
    since = fade * (at + 1 - read[:, None]).to(query.dtype)
    carried = _powers(since, here.document == 0)[:, None, :, None]
    within = (weights[:, None] * (query @ key.mT)) @ key
    found = settings["persistent"] * query + within + carried * (query @ before)
    after = (weights[:, None, -1, :, None] * key).mT @ key + carried[:, :, -1:] * before
    return found, torch.where(here.valid.any(1)[:, None, None, None], after, before)


def _powers(logarithms: Any, mask: Any) -> Any:
    return logarithms.masked_fill(~mask, float("-inf")).exp()
