"""One conversation under the model: how likely its answer is, whether it is found, the gates."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from oilstone_train.stage2 import attach


@dataclass(frozen=True)
class Turn:
    """The tokens of a conversation, and where its answer begins."""

    tokens: Sequence[int]
    start: int


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


def turns(tokenizer: Any, conversations: Sequence[Sequence[dict[str, str]]]) -> list[Turn]:
    """Tokenize conversations whose last turn is the answer."""

    def cut(part: Sequence[dict[str, str]], **more: Any) -> list[int]:
        found: list[int] = tokenizer.apply_chat_template(part, return_dict=False, **more)
        return found

    return [Turn(cut(c), len(cut(c[:-1], add_generation_prompt=True))) for c in conversations]


def look(model: Any, turn: Turn) -> Seen:
    """Run one conversation through the model as it is set."""
    import torch

    ids = torch.tensor([turn.tokens], device=model.device)
    with torch.inference_mode():
        logits = model(input_ids=ids, use_cache=False).logits[0, turn.start - 1 : -1].float()
    wanted = ids[0, turn.start :]
    nats = torch.nn.functional.cross_entropy(logits, wanted, reduction="sum")
    found = bool((logits.argmax(-1) == wanted).all())
    gates = [branch.gate.flatten() for branch in attach.branches(model) if branch.gate is not None]
    return Seen(float(nats), len(wanted), found, torch.cat(gates).tolist() if gates else ())


@contextmanager
def memory(model: Any, chunk: int | None) -> Iterator[None]:
    """Set the memories to a chunk size; None: switched off."""
    with attach.switched_off(model) if chunk is None else attach.chunks_of(model, chunk):
        yield
