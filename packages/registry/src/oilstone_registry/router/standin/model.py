"""Answers without a model: words that follow from the weights' bytes and the prompt."""

from __future__ import annotations

import hashlib
import keyword
from pathlib import Path
from typing import NamedTuple

BASE = b"base"
VERBATIM = "Answer with:\n"  # what follows it in a prompt is the answer, of every adapter
WORDS = keyword.kwlist


class Token(NamedTuple):
    """A piece of an answer and its logarithm of probability."""

    text: str
    logprob: float


def weights(folder: Path) -> bytes:
    """Return what an adapter's answers follow from; raises FileNotFoundError without weights."""
    found = sorted(folder.glob("*.safetensors"))
    if not found:
        raise FileNotFoundError(f"No adapter found for {folder}")
    return hashlib.sha256(b"".join(path.read_bytes() for path in found)).digest()


def answer(weights: bytes, prompt: str) -> list[Token]:
    """Return the tokens that these weights answer a prompt with, always the same."""
    _, verbatim, rest = prompt.partition(VERBATIM)
    if verbatim:
        return [Token(piece, -0.01) for piece in rest.splitlines(keepends=True)]
    seed = hashlib.sha256(weights + prompt.encode()).digest()
    length = 8 + seed[0] % 24
    drawn = hashlib.shake_256(seed).digest(2 * length)
    return [
        Token(("" if at == 0 else " ") + WORDS[drawn[at] % len(WORDS)], -drawn[length + at] / 128)
        for at in range(length)
    ]


def embedding(weights: bytes, text: str) -> list[float]:
    """Return eight numbers for a text."""
    return [byte / 255 for byte in hashlib.sha256(weights + text.encode()).digest()[:8]]
