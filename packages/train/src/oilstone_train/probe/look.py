"""One conversation under the model: how likely its answer is, whether it is found, the gates."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from oilstone_train.forms import Turn


@dataclass(frozen=True)
class Seen:
    """Nats of the answer's tokens together, how many they are, and whether the model says them.

    `found`: greedy decoding would write the very answer, to its end. `gates`: of the answer's
    tokens and those before, over all layers.
    """

    nats: float
    tokens: int
    found: bool
    gates: Sequence[float]


def look(model: Any, batch: Sequence[Turn]) -> list[Seen]:
    """Run conversations through the model as it is set.

    They are filled up at their ends, which nothing before can see: both attention and memories are
    causal.
    """
    import torch

    from oilstone_train.stage2 import attach

    longest = max(len(turn.tokens) for turn in batch)
    ids = [[*turn.tokens, *[0] * (longest - len(turn.tokens))] for turn in batch]
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor(ids, device=model.device), use_cache=False).logits
    gates = [branch.gate for branch in attach.branches(model) if not branch.off]
    return [_seen(turn, logits[row], [g[row] for g in gates]) for row, turn in enumerate(batch)]


def _seen(turn: Turn, logits: Any, gates: Sequence[Any]) -> Seen:
    """Read off one row: logits (tokens, vocabulary), and a layer's gates (tokens, 1) each."""
    import torch

    end = len(turn.tokens)
    said = logits[turn.start - 1 : end - 1].float()
    wanted = torch.tensor(turn.tokens[turn.start :], device=said.device)
    nats = torch.nn.functional.cross_entropy(said, wanted, reduction="sum")
    found = bool((said.argmax(-1) == wanted).all())
    decided = torch.cat([gate[:end].flatten() for gate in gates]).tolist() if gates else ()
    return Seen(float(nats), len(wanted), found, decided)


@contextmanager
def memory(model: Any, chunk: int | None) -> Iterator[None]:
    """Set the memories to a chunk size; None: switched off."""
    from oilstone_train.stage2 import attach

    with attach.switched_off(model) if chunk is None else attach.chunks_of(model, chunk):
        yield
