"""Perplexity of a causal language model on a text, in strided windows.

Every token is predicted once, from at least `window - stride` tokens before it where there are as
many (Baevski and Auli 2019, arXiv 1809.10853, section 4). The first token of a text has nothing
before it and is not scored, unless the tokenizer begins texts with a token of its own.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from oilstone_eval.generate.model import Model
from oilstone_eval.statistics import clusters
from oilstone_schemas.command import OilstoneError

LEVEL = 0.95
RESAMPLES = 2000
BATCH = 8


@dataclass(frozen=True)
class Losses:
    """Nats of every scored token in order, its window, and the bytes that they stand for."""

    nats: list[float]
    windows: list[int]
    tokens: int
    scored_bytes: int


def windows(tokens: int, window: int, stride: int) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and the first token to score of every window over so many tokens."""
    scored = 1
    for start in range(0, tokens, stride):
        end = min(start + window, tokens)
        if end > scored:
            yield start, end, scored
            scored = end
        if end == tokens:
            return


def measure(
    model: Model,
    text: str,
    window: int,
    stride: int,
    done: Callable[[int], object] = lambda n: None,
) -> Losses:
    """Score a text. Raises OilstoneError when it is empty or the window does not fit the model."""
    if not 1 <= stride < window <= model.context:
        raise OilstoneError(
            f"window {window}, stride {stride}: 1 <= stride < window <= {model.context},"
            " the model's context"
        )
    tokens = model.tokenizer(text)["input_ids"]
    spans = list(windows(len(tokens), window, stride))
    if not spans:
        raise OilstoneError("the text has fewer than two tokens; nothing can be predicted")
    nats: list[float] = []
    owners: list[int] = []
    for first in range(0, len(spans), BATCH):
        part = spans[first : first + BATCH]
        for number, losses in enumerate(_losses(model, tokens, part), first):
            nats += losses
            owners += [number] * len(losses)
        done(len(part))
    return Losses(nats, owners, len(tokens), _bytes(model, tokens, text))


def _losses(
    model: Model, tokens: Sequence[int], spans: Sequence[tuple[int, int, int]]
) -> list[list[float]]:
    """Return, for every window, the nats of the tokens that are scored in it."""
    import torch

    longest = max(end - start for start, end, _ in spans)
    # What fills up a short window stands at its end, where nothing before it can see it.
    rows = [list(tokens[start:end]) + [0] * (longest - end + start) for start, end, _ in spans]
    ids = torch.tensor(rows, device=model.device)
    with torch.inference_mode():
        logits = model.network(input_ids=ids).logits[:, :-1].float()
        each = torch.nn.functional.cross_entropy(
            logits.transpose(1, 2), ids[:, 1:], reduction="none"
        ).tolist()
    return [
        row[scored - start - 1 : end - start - 1]
        for row, (start, end, scored) in zip(each, spans, strict=True)
    ]


def _bytes(model: Model, tokens: Sequence[int], text: str) -> int:
    """Return how many bytes of the text the scored tokens stand for: all but the first's."""
    first = model.tokenizer.decode(tokens[:1], skip_special_tokens=True)
    return len(text.encode()) - len(first.encode())


def summary(losses: Losses, seed: int = 0) -> dict[str, Any]:
    """Return perplexity, nats per token and bits per byte, with intervals.

    The bootstrap draws windows: tokens of one window are not independent of one another.
    """
    total = math.fsum(losses.nats)
    count = len(losses.nats)
    low, high = clusters.bootstrap(losses.nats, losses.windows, LEVEL, seed, RESAMPLES)
    bits = total / math.log(2) / losses.scored_bytes if losses.scored_bytes else None
    return {
        "perplexity": math.exp(total / count), "low": math.exp(low), "high": math.exp(high),
        "nats_per_token": total / count, "nats_low": low, "nats_high": high,
        "bits_per_byte": bits, "tokens": losses.tokens, "scored_tokens": count,
        "scored_bytes": losses.scored_bytes, "nats": total,
        "windows": losses.windows[-1] + 1, "level": LEVEL, "method": "bootstrap",
    }  # fmt: skip


def difference(ours: Losses, theirs: Losses, seed: int = 0) -> dict[str, Any]:
    """Return the difference of nats per token of two models on the same tokens, paired.

    Raises OilstoneError when their tokens are not the same.
    """
    if ours.windows != theirs.windows or ours.tokens != theirs.tokens:
        raise OilstoneError("the two models cut the text into other tokens; compare bits_per_byte")
    each = [a - b for a, b in zip(ours.nats, theirs.nats, strict=True)]
    low, high = clusters.bootstrap(each, ours.windows, LEVEL, seed, RESAMPLES)
    return {"nats_per_token": math.fsum(each) / len(each), "low": low, "high": high,
            "level": LEVEL, "method": "paired-bootstrap"}  # fmt: skip
