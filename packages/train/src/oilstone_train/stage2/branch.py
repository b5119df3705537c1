"""The layer beside a decoder layer: it writes what it reads into a memory, and reads from it.

A token's key is made of the few tokens before it, its query of itself and those before, and its
value of itself alone: so what followed some words once is what the memory answers when the same
words come again. What is read passes a gate of each token's own.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from oilstone_train.stage2 import delta, omega, places, projection
from oilstone_train.stage2.carried import Carried

GATE_START = 0.3  # neither open nor shut: where it goes is learned


class Branch(nn.Module):  # type: ignore[misc]  # torch is not followed by mypy
    """One layer's memory. Its fast weights are no parameters: every sequence has its own.

    `sizes`: heads, key_size and value_size of a head, taps (tokens that make a key), rate (the
    highest learning rate of a write), omega_window and query_projection, of the recipe's `memory`.
    """

    def __init__(self, width: int, sizes: Mapping[str, Any]) -> None:
        super().__init__()
        self.heads, self.rate, self.taps = sizes["heads"], sizes["rate"], sizes["taps"]
        self.omega, self.projection = sizes["omega_window"], sizes["query_projection"]
        self.chunk = 1
        self.off = False
        self.gate: Any = None  # of the last forward pass, with its graph: (rows, tokens)
        keys, values = self.heads * sizes["key_size"], self.heads * sizes["value_size"]
        self.to_key = nn.Linear(width, keys)
        self.to_query = nn.Linear(width, keys)
        self.to_value = nn.Linear(width, values)
        self.mixing = nn.Parameter(torch.randn(self.taps, keys) / self.taps**0.5)
        self.to_rate = nn.Linear(width, self.heads)
        self.to_decay = nn.Linear(width, self.heads)
        self.opening = nn.Linear(width, 1)
        self.back = nn.Linear(values, width, bias=False)
        self.scale = nn.Parameter(torch.zeros(width))  # zero effect at first, as LoRA's B
        self.first = nn.Parameter(torch.zeros(self.heads, sizes["value_size"], sizes["key_size"]))
        self._start()

    def _start(self) -> None:
        """Zero effect at first; keys and queries alike; slow to write, slower to forget."""
        with torch.no_grad():
            self.to_query.load_state_dict(self.to_key.state_dict())
            for linear, bias in ((self.to_rate, 0.0), (self.to_decay, 6.0)):
                linear.weight.zero_()
                linear.bias.fill_(bias)
            self.opening.bias.fill_(torch.logit(torch.tensor(GATE_START)))

    def forward(
        self, hidden: Any, position_ids: Any, mask: Any, carried: Carried | None = None
    ) -> tuple[Any, Carried]:
        """Return what is added to the layer's output (rows, tokens, width), and what to carry on.

        `position_ids` and `mask` as in `places.find`. Computes in 32 bits at least.
        """
        with torch.autocast(hidden.device.type, enabled=False):
            wide = hidden.to(torch.promote_types(hidden.dtype, torch.float32))
            added, after = self._read(wide, position_ids, mask, carried)
        return added.to(hidden.dtype), after

    def _read(
        self, hidden: Any, position_ids: Any, mask: Any, carried: Carried | None
    ) -> tuple[Any, Carried]:
        carried = carried or self._nothing(hidden)
        read = carried.memory.read // self.omega
        where = places.find(position_ids, mask, read)
        keys, queries, features = self._features(hidden, where, carried.features)
        seen = carried.keys
        if self.projection:
            queries, seen = projection.project(queries, keys, where, self.projection, seen, read)
        tokens = delta.Tokens(
            queries, keys, self._split(self.to_value(hidden)),
            self.rate * self.to_rate(hidden).sigmoid().mT,
            functional.logsigmoid(self.to_decay(hidden)).mT,
        )  # fmt: skip
        again, at, written = omega.spread(tokens, where, self.omega, carried.written)
        chunk = self.chunk * self.omega
        found, memory = delta.read(again, at, self.first, carried.memory, chunk)
        self.gate = self.opening(hidden).sigmoid()
        last = found[:, :, self.omega - 1 :: self.omega]
        out = self.gate * self.scale * self.back(last.transpose(1, 2).flatten(2))
        return out, Carried(memory, features, seen, written)

    def _nothing(self, hidden: Any) -> Carried:
        rows, keys, values = len(hidden), self.mixing.shape[1], self.first.shape[1]
        size = keys // self.heads
        return Carried(
            delta.fresh(self.first, rows),
            hidden.new_zeros(rows, self.taps, 2, keys),
            hidden.new_zeros(rows, self.heads, size, size) if self.projection else None,
            hidden.new_zeros(rows, self.heads, self.omega - 1, size + values + 1),
        )

    def _features(self, hidden: Any, where: places.Places, before: Any) -> tuple[Any, Any, Any]:
        """Return keys, queries (rows, heads, tokens, k), and the features to carry on."""
        # Every token of a key weighs the same: a rare word alone makes no match.
        now = torch.stack([self._unit(self.to_key(hidden)), self._unit(self.to_query(hidden))], 2)
        # What comes before a document has no features, not those of an empty token.
        line = torch.cat([before, now * where.valid[:, :, None, None]], dim=1)
        tokens = hidden.shape[1]

        def mixed(which: int, lag: int) -> Any:
            """Sum the features of `taps` tokens, `lag` and more back, of the same document."""
            total = 0
            for tap in range(self.taps):
                back = lag + tap
                part = line[:, self.taps - back :, which][:, :tokens] * self.mixing[tap]
                total = total + part * (where.position >= back)[..., None]
            return functional.normalize(self._split(total), dim=-1)

        return mixed(0, 1), mixed(1, 0), line[:, -self.taps :]

    def _unit(self, x: Any) -> Any:
        """Scale the features of each token and head to length 1."""
        return functional.normalize(x.unflatten(-1, (self.heads, -1)), dim=-1).flatten(-2)

    def _split(self, x: Any) -> Any:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)
