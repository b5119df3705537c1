"""The linear memory, whole blocks of tokens at a time, at any chunk size.

A memory is a matrix W. Token t writes with a gradient step on 1/2 |W k_t - v_t|^2, taken at the
memory of its chunk's start (TNT, arXiv 2511.07343, equation 7, with W_xi where its text has
W_(t-1)), and then reads:

    W_t = a_t W_(t-1) - b_t (W_xi k_t - v_t) k_t^T,    o_t = W_t q_t

With e_t = b_t (v_t - W_xi k_t), W_xi k_t is a sum over the errors of earlier chunks, so the errors
of a block solve a unit triangular system (the WY form of the delta rule, Yang et al., arXiv
2406.06484, section 3.2, with chunks instead of tokens on its diagonal). The cost hardly depends on
the chunk size; at chunk size 1 it is the delta rule itself.
"""

from dataclasses import dataclass
from typing import Any

from oilstone_train.stage2.places import Places, blocks

BLOCK = 64  # tokens; the best of 16 to 256 on two CPU cores


@dataclass(frozen=True)
class Tokens:
    """What the tokens of a batch do to their memory.

    `query`, `key` (rows, heads, tokens, k), `value` (…, v), `rate` and `decay` (rows, heads,
    tokens): b_t in [0, 1], and the logarithm of a_t.
    """

    query: Any
    key: Any
    value: Any
    rate: Any
    decay: Any

    def part(self, run: slice) -> "Tokens":
        """Return a run of the tokens."""
        of = (self.query, self.key, self.value, self.rate, self.decay)
        return Tokens(*(tensor[:, :, run] for tensor in of))


@dataclass(frozen=True)
class State:
    """Where reading stopped: `now` = W_t, `frozen` = W_xi (rows, heads, v, k), `read` (rows)."""

    now: Any
    frozen: Any
    read: Any


def fresh(first: Any, rows: int) -> State:
    """Return the state before the first token; `first` (heads, v, k) is the memory learned."""
    import torch

    memory = first.expand(rows, *first.shape)
    return State(memory, memory, torch.zeros(rows, dtype=torch.long, device=first.device))


def read(tokens: Tokens, places: Places, first: Any, state: State, chunk: int) -> tuple[Any, State]:
    """Return what every token reads (rows, heads, tokens, v; 0 for padding), and the state after.

    Documents that begin here begin with the memory `first` (heads, v, k). `chunk`: tokens that
    take their gradient at one memory.
    """
    import torch

    found = []
    for run, here in blocks(places, BLOCK):
        out, state = _block(tokens.part(run), here, first, state, chunk)
        found.append(out)
    return torch.cat(found, dim=2), state


def _block(
    tokens: Tokens, places: Places, first: Any, state: State, chunk: int
) -> tuple[Any, State]:
    import torch

    valid = places.valid[:, None, :]
    rate, decay = tokens.rate * valid, tokens.decay * valid
    sum_ = decay.cumsum(-1)  # log of what is left of W at the block's start, after each token
    document, slot = places.document, places.position // chunk
    same = (document[:, :, None] == document[:, None, :])[:, None] & valid[:, :, None, :]
    old = (document == 0)[:, None]  # goes on from the state
    # The first token of each token's chunk, and of its document, within this block.
    first_of_chunk = _first(same & (slot[:, None, :, None] == slot[:, None, None, :]))
    first_of_document = _first(same)
    before = sum_ - decay
    at_chunk = before.gather(-1, first_of_chunk.expand_as(before))
    at_document = before.gather(-1, first_of_document.expand_as(before)) * ~old
    stale = old & (slot == ((state.read - 1).div(chunk, rounding_mode="floor"))[:, None])[:, None]

    def from_start(x: Any, until: Any, frozen: Any) -> Any:
        """Read with the memory that a token's document brought into the block."""
        carried = torch.einsum("bhvk,bhtk->bhtv", state.now, x)
        begun = torch.einsum("hvk,bhtk->bhtv", first, x)
        found = torch.where(old[..., None], carried, begun) * (until - at_document).exp()[..., None]
        if frozen is None:
            return found
        kept = torch.einsum("bhvk,bhtk->bhtv", state.frozen, x)
        return torch.where(frozen[..., None], kept, found)

    earlier = same & (slot[:, None, None, :] < slot[:, None, :, None])
    past = same & torch.ones_like(same).tril()
    mix = _weights(at_chunk, sum_, earlier) * (tokens.key @ tokens.key.mT) * rate[..., None]
    wanted = rate[..., None] * (tokens.value - from_start(tokens.key, at_chunk, stale))
    eye = torch.eye(mix.shape[-1], dtype=mix.dtype, device=mix.device)
    error = torch.linalg.solve_triangular(eye + mix, wanted, upper=False, unitriangular=True)
    seen = _weights(sum_, sum_, past) * (tokens.query @ tokens.key.mT)
    out = (from_start(tokens.query, sum_, None) + seen @ error) * valid[..., None]

    def memory(until: Any, weights: Any) -> Any:
        """Return the memory of the last token's document at one moment of the block."""
        start = torch.where(old[:, :, -1, None, None], state.now, first)
        left = (until - at_document)[:, :, -1, None, None].exp()
        return start * left + (error * weights[:, :, -1, :, None]).mT @ tokens.key

    frozen = memory(at_chunk, _weights(at_chunk, sum_, earlier))
    frozen = torch.where(stale[:, :, -1, None, None], state.frozen, frozen)
    after = State(memory(sum_, _weights(sum_, sum_, past)), frozen, places.position[:, -1] + 1)
    return out, _kept(after, state, places.valid)


def _first(same: Any) -> Any:
    """Return the index of the first True of each row of a mask (…, tokens, tokens)."""
    return same.int().argmax(-1)


def _weights(until: Any, sum_: Any, mask: Any) -> Any:
    """Return how much of each token's write is left at `until`: (rows, heads, tokens, tokens)."""
    gap = until[..., :, None] - sum_[..., None, :]
    return gap.masked_fill(~mask, float("-inf")).exp()


def _kept(after: State, before: State, valid: Any) -> State:
    """Keep the state of rows that are nothing but padding here."""
    import torch

    some = valid.any(1)
    wide = some[:, None, None, None]
    return State(
        torch.where(wide, after.now, before.now),
        torch.where(wide, after.frozen, before.frozen),
        torch.where(some, after.read, before.read),
    )
