"""An answer in the four shapes that the API knows: whole or streamed, of a chat or of a text."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from oilstone_registry.router.standin.model import Token

Json = dict[str, Any]


class Spoken:
    """Takes tokens as they come, at most `most`; `asked` is the prompt's length in words."""

    def __init__(
        self,
        name: str,
        tokens: Iterator[Token],
        most: int,
        asked: int,
        chat: bool,
        number: int,
        body: Json,
    ) -> None:
        self.left, self.most, self.asked, self.chat = tokens, most, asked, chat
        self.tokens: list[Token] = []  # those that were given so far
        kind = "chat.completion" if chat else "text_completion"
        self.kind = kind + (".chunk" if chat and body.get("stream") else "")
        called = f"{'chatcmpl' if chat else 'cmpl'}-standin-{number}"
        self.head = {"id": called, "object": self.kind, "created": int(time.time()), "model": name}
        self.with_logprobs = body.get("logprobs") not in (None, False)
        self.with_usage = bool((body.get("stream_options") or {}).get("include_usage"))

    def _given(self) -> Iterator[Token]:
        for token in islice(self.left, self.most):
            self.tokens.append(token)
            yield token

    @property
    def why(self) -> str:
        """Why it ended."""
        cut = len(self.tokens) == self.most and next(self.left, None) is not None
        return "length" if cut else "stop"

    @property
    def usage(self) -> Json:
        """What it took."""
        given = len(self.tokens)
        return {
            "prompt_tokens": self.asked,
            "completion_tokens": given,
            "total_tokens": self.asked + given,
        }

    def whole(self) -> Json:
        """Return it whole."""
        text = "".join(token.text for token in self._given())
        said = {"message": {"role": "assistant", "content": text}} if self.chat else {"text": text}
        choice = {"index": 0, **said, "logprobs": self._logprobs(), "finish_reason": self.why}
        return self.head | {"choices": [choice], "usage": self.usage}

    def chunks(self) -> Iterator[Json]:
        """Yield the objects of a stream."""
        if self.chat:
            yield self._chunk({"role": "assistant", "content": ""}, None)
        for token in self._given():
            yield self._chunk({"content": token.text}, None)
        yield self._chunk({"content": ""}, self.why)
        if self.with_usage:
            yield self.head | {"choices": [], "usage": self.usage}

    def _chunk(self, delta: Json, why: str | None) -> Json:
        said: Json = {"delta": delta} if self.chat else {"text": delta["content"]}
        choice = {"index": 0, **said, "logprobs": None, "finish_reason": why}
        return self.head | {"choices": [choice]}

    def _logprobs(self) -> Json | None:
        if not self.with_logprobs:
            return None
        if self.chat:
            return {"content": [{"token": t.text, "logprob": t.logprob} for t in self.tokens]}
        texts = [token.text for token in self.tokens]
        return {"tokens": texts, "token_logprobs": [token.logprob for token in self.tokens]}
