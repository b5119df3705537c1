"""A question to a model, and the key that its answer is kept under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from oilstone_schemas import canonical


@dataclass(frozen=True)
class Request:
    """One chat completion: model, one user message, sampling parameters and seed.

    Answers belong to this content, not to code, address or run: whoever asks the same again,
    anywhere and whenever, has it answered already.
    """

    model: str
    prompt: str
    sampling: Mapping[str, Any]
    seed: int

    @cached_property
    def body(self) -> dict[str, Any]:
        """The JSON that is sent."""
        messages = [{"role": "user", "content": self.prompt}]
        return {"model": self.model, "messages": messages, **self.sampling, "seed": self.seed}

    @cached_property
    def key(self) -> str:
        """sha256 of the body's canonical JSON."""
        return canonical.digest(self.body)
