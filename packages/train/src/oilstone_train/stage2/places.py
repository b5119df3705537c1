"""Where each token stands: in which document, and how far into it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Places:
    """Of every token of a batch (rows, tokens).

    `valid`: no padding. `position`: valid tokens of its document before it. `document`: how many
    documents of this row began in this batch, up to it; 0 goes on from before.
    """

    valid: Any
    position: Any
    document: Any


def find(position_ids: Any, mask: Any, carried: Any) -> Places:
    """Return the places of a batch's tokens.

    `position_ids` (rows or 1, tokens): a document begins where they do not rise, and where they are
    0. `mask` (rows, tokens or more; the last count): 0 is padding; None means that there is none.
    `carried` (rows): tokens of document 0 that were read before.
    """
    import torch

    rows, tokens = len(carried), position_ids.shape[-1]
    ids = position_ids.expand(rows, tokens)
    valid = (torch.ones_like(ids) if mask is None else mask[:, -tokens:]).bool()
    falls = torch.cat([ids[:, :1] == 0, (ids[:, 1:] <= ids[:, :-1]) | (ids[:, 1:] == 0)], dim=1)
    begins = falls & valid
    count = valid.cumsum(1) - 1
    # Before the first beginning the count goes on from what was carried; after one, from there.
    since = torch.where(begins, count, -1).cummax(1).values
    position = torch.where(since < 0, carried[:, None] + count, count - since)
    return Places(valid, position.clamp(min=0), begins.cumsum(1))


def blocks(places: Places, size: int) -> Iterator[tuple[slice, Places]]:
    """Yield runs of at most `size` tokens; in each, document 0 goes on from the run before."""
    for begin in range(0, places.valid.shape[1], size):
        run = slice(begin, begin + size)
        passed = places.document[:, begin - 1 : begin] if begin else 0
        document = places.document[:, run] - passed
        yield run, Places(places.valid[:, run], places.position[:, run], document)
