"""vLLM's API over the adapters that were loaded: what it answers, without how it is sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from oilstone_registry.router.standin import faults
from oilstone_registry.router.standin.faults import Fault
from oilstone_registry.router.standin.model import Engine, Turns, Words
from oilstone_registry.router.standin.spoken import Spoken

Json = dict[str, Any]
MOST_TOKENS = 256


class Reply(NamedTuple):
    """A status and a JSON body, or the objects of a stream."""

    status: int
    body: Any = None
    stream: Iterator[Json] | None = None
    fault: Fault = faults.NONE


class Server:
    """The state of one stand-in: adapters, faults, and a log of what was asked."""

    def __init__(self, base: str, key: str | None = None, engine: Engine | None = None) -> None:
        self.base, self.key = base, key
        self.engine = engine or Words()
        self.adapters: dict[str, tuple[str, Any]] = {}  # path and weights, by served name
        self.faults: tuple[Fault, ...] = ()
        self.asked: dict[str, Json] = {}
        self.loads: list[str] = []
        self.unloads: list[str] = []
        self.requests = self.looks = 0
        self.routes: dict[tuple[str, str], Callable[[Json], Reply]] = {
            ("GET", "/health"): lambda _: Reply(200, {}),
            ("GET", "/v1/models"): self._models,
            ("POST", "/v1/load_lora_adapter"): self._load,
            ("POST", "/v1/unload_lora_adapter"): self._unload,
            ("POST", "/v1/chat/completions"): self._chat,
            ("POST", "/v1/completions"): self._completions,
            ("POST", "/v1/embeddings"): self._embeddings,
            ("GET", "/standin/log"): self._log,
        }

    def reply(self, method: str, path: str, body: Any, key: str | None) -> Reply:
        """Answer a request; `key` is the bearer's."""
        if (method, path) == ("POST", "/standin/faults"):
            self.faults = faults.read(body)
            return Reply(200, {})
        if self.key is not None and key != self.key and not path.startswith("/standin/"):
            return Reply(401, {"error": "Unauthorized"})
        handler = self.routes.get((method, path))
        if handler is None:
            return Reply(404, {"detail": "Not Found"})
        if not isinstance(body, Mapping):
            return _error(400, "the body is no object")
        return handler(dict(body))

    def _models(self, _: Json) -> Reply:
        cards = [_card(self.base, self.base, None)]
        cards += [_card(name, path, self.base) for name, (path, _) in self.adapters.items()]
        self.looks += 1
        return Reply(200, {"object": "list", "data": cards}, fault=self._fault("", self.looks))

    def _load(self, body: Json) -> Reply:
        name, path = str(body.get("lora_name")), str(body.get("lora_path"))
        fault = self._fault(name)
        self.loads.append(name)
        if fault.load_status:
            return _error(fault.load_status, "the load failed on demand")
        if name in self.adapters:
            return _error(400, f"The lora adapter '{name}' has already been loaded.")
        try:
            self.adapters[name] = (path, self._weights(fault, path))
        except OSError as error:
            return _error(404, str(error))
        said = f"Success: LoRA adapter '{name}' added successfully."
        return Reply(200, said, fault=fault)

    def _weights(self, fault: Fault, path: str) -> Any:
        if fault.serves == "base":
            return self.engine.base
        return self.engine.load(Path(fault.serves or path))

    def _unload(self, body: Json) -> Reply:
        name = str(body.get("lora_name"))
        self.unloads.append(name)
        if self.adapters.pop(name, None) is None:
            return _error(404, f"The lora adapter '{name}' cannot be found.")
        return Reply(200, f"Success: LoRA adapter '{name}' removed successfully.")

    def _chat(self, body: Json) -> Reply:
        messages = body.get("messages")
        if not isinstance(messages, list) or not messages:
            return _error(400, "messages: Field required")
        if not all(isinstance(one, Mapping) for one in messages):
            return _error(400, "messages: Input should be a valid dictionary")
        return self._generate(body, messages, chat=True)

    def _completions(self, body: Json) -> Reply:
        prompt = body.get("prompt")
        if not isinstance(prompt, str):
            return _error(400, "prompt: Input should be a valid string")
        return self._generate(body, prompt, chat=False)

    def _embeddings(self, body: Json) -> Reply:
        name = str(body.get("model"))
        found = self._found(name)
        if found is None:
            return _unknown(name)
        texts = body.get("input")
        listed = texts if isinstance(texts, list) else [texts]
        data = [
            {
                "object": "embedding",
                "index": at,
                "embedding": self.engine.embedding(found, str(text)),
            }
            for at, text in enumerate(listed)
        ]
        usage = {"prompt_tokens": len(listed), "total_tokens": len(listed)}
        shown = {"object": "list", "model": name, "data": data, "usage": usage}
        return Reply(200, shown, fault=self._note(name))

    def _vector(self, weights: Any, text: Any) -> list[float]:
        return self.engine.embedding(weights, str(text))

    def _generate(self, body: Json, prompt: str | Turns, *, chat: bool) -> Reply:
        name = str(body.get("model"))
        found = self._found(name)
        if found is None:
            return _unknown(name)
        fault = self._note(name)
        most = int(body.get("max_tokens") or body.get("max_completion_tokens") or MOST_TOKENS)
        tokens = self.engine.answer(found, prompt)
        answer = Spoken(name, tokens, most, len(str(prompt).split()), chat, self.requests, body)
        if body.get("stream"):
            return Reply(200, stream=answer.chunks(), fault=fault)
        return Reply(200, answer.whole(), fault=fault)

    def _found(self, name: str) -> Any:
        if name == self.base:
            return self.engine.base
        loaded = self.adapters.get(name)
        return None if loaded is None else loaded[1]

    def _note(self, name: str) -> Fault:
        self.requests += 1
        seen = self.asked.setdefault(name, {"count": 0, "last": 0.0})
        seen["count"] += 1
        seen["last"] = time.time()
        return self._fault(name, seen["count"])

    def _fault(self, name: str, number: int = 0) -> Fault:
        return faults.first(self.faults, name, number)

    def _log(self, _: Json) -> Reply:
        listed = {"asked": self.asked, "loads": self.loads, "unloads": self.unloads}
        return Reply(200, listed | {"adapters": sorted(self.adapters)})


def _card(name: str, root: str, parent: str | None) -> Json:
    card = {"id": name, "object": "model", "created": 0, "owned_by": "standin"}
    return card | {"root": root, "parent": parent}


def _unknown(name: str) -> Reply:
    return _error(404, f"The model `{name}` does not exist.")


def _error(status: int, message: str) -> Reply:
    kind = "NotFoundError" if status == 404 else "BadRequestError"
    return Reply(
        status, {"error": {"message": message, "type": kind, "param": None, "code": status}}
    )
