"""What answers behind the API: an engine; and the one without a model."""

from __future__ import annotations

import hashlib
import keyword
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

VERBATIM = "Answer with:\n"  # what follows it in a prompt is the answer, of every adapter
WORDS = keyword.kwlist
Turns = Sequence[Mapping[str, Any]]


class Token(NamedTuple):
    """A piece of an answer and its logarithm of probability."""

    text: str
    logprob: float


class Engine(Protocol):
    """Weights are whatever the engine takes them to be; `base` are those without an adapter."""

    base: Any

    def load(self, folder: Path) -> Any:
        """Return the weights with the adapter in a folder; raises OSError without one."""

    def answer(self, weights: Any, prompt: str | Turns) -> Iterator[Token]:
        """Yield an answer to a text, or to the turns of a chat, until it ends by itself."""

    def embedding(self, weights: Any, text: str) -> list[float]:
        """Return a vector for a text."""


class Words:
    """Answers with words that follow from the adapter's bytes and the prompt, always the same."""

    base = b"base"

    def load(self, folder: Path) -> bytes:
        """Return what the answers of an adapter follow from; raises FileNotFoundError."""
        found = sorted(folder.glob("*.safetensors"))
        if not found:
            raise FileNotFoundError(f"No adapter found for {folder}")
        return hashlib.sha256(b"".join(path.read_bytes() for path in found)).digest()

    def answer(self, weights: bytes, prompt: str | Turns) -> Iterator[Token]:
        """Yield 8 to 31 words, or what the prompt asks for word by word."""
        text = prompt if isinstance(prompt, str) else _text(prompt)
        _, verbatim, rest = text.partition(VERBATIM)
        if verbatim:
            yield from (Token(piece, -0.01) for piece in rest.splitlines(keepends=True))
            return
        seed = hashlib.sha256(weights + text.encode()).digest()
        length = 8 + seed[0] % 24
        drawn = hashlib.shake_256(seed).digest(2 * length)
        for at in range(length):
            word = WORDS[drawn[at] % len(WORDS)]
            yield Token(word if at == 0 else f" {word}", -drawn[length + at] / 128)

    def embedding(self, weights: bytes, text: str) -> list[float]:
        """Return eight numbers."""
        return [byte / 255 for byte in hashlib.sha256(weights + text.encode()).digest()[:8]]


def _text(turns: Turns) -> str:
    return "\n".join(f"{turn.get('role')}: {turn.get('content')}" for turn in turns)
