"""An OpenAI-compatible endpoint: one answer per request, tried again while that makes sense."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from oilstone_data.enrich.pace import Pace
from oilstone_data.enrich.request import Request
from oilstone_data.enrich.retry import backoff, retry_after, worth_repeating
from oilstone_schemas.command import MissingTool

if TYPE_CHECKING:
    import httpx

_SHOWN = 200  # characters of a server's message that are passed on


class Answer(NamedTuple):
    """What came back: text, thoughts if the server sends them apart, tokens as counted there."""

    text: str
    thoughts: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int


class Failure(NamedTuple):
    """Why an attempt brought nothing; `wait` is what the server asks for, in seconds."""

    text: str
    again: bool
    wait: float | None = None


class RejectedError(Exception):
    """The server will not answer this request however often it is asked."""


class UnansweredError(Exception):
    """Every attempt failed in a way that may pass."""


class Endpoint:
    """One server with one model; `settings` is the recipe's `endpoint`.

    Raises MissingTool when httpx or the key's environment variable is missing.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings
        self.pace = Pace(settings["requests_per_minute"])
        self._key = _key(settings["api_key_env"])
        self._client = self._open()

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def ask(self, request: Request) -> Answer:
        """Return the answer. Raises RejectedError or UnansweredError, with the last failure."""
        failure = Failure("it was stopped", again=True)
        for attempt in range(self.settings["attempts"]):
            await self.pace.turn()
            if self.pace.stopped.is_set():
                break
            result = await self._once(request)
            if isinstance(result, Answer):
                return result
            failure = result
            if not failure.again:
                raise RejectedError(failure.text)
            await self._rest(failure, attempt)
        raise UnansweredError(failure.text)

    async def _rest(self, failure: Failure, attempt: int) -> None:
        if failure.wait is not None:
            self.pace.pause(failure.wait)
        elif attempt + 1 < self.settings["attempts"]:
            first, longest = self.settings["backoff_seconds"], self.settings["backoff_max_seconds"]
            await self.pace.wait(backoff(attempt, first, longest))

    async def _once(self, request: Request) -> Answer | Failure:
        import httpx

        try:
            response = await self._client.post("chat/completions", json=request.body)
        except httpx.TransportError as error:
            return Failure(f"{type(error).__name__} {self._clean(str(error))}".strip(), again=True)
        if response.status_code in (401, 403):
            name = self.settings["api_key_env"]
            hint = (
                f"the key in {name} is not accepted" if name else "name a key: endpoint.api_key_env"
            )
            raise MissingTool(f"{self.settings['base_url']}: HTTP {response.status_code}: {hint}")
        if response.status_code != 200:
            text = f"HTTP {response.status_code}: {self._clean(response.text)}"
            again = worth_repeating(response.status_code)
            return Failure(text, again, retry_after(response.headers) if again else None)
        return _answer(response)

    def _clean(self, text: str) -> str:
        """No message ever shows the key, not even when a server echoes it."""
        shown = " ".join(text.split())
        return (shown.replace(self._key, "***") if self._key else shown)[:_SHOWN]

    def _open(self) -> httpx.AsyncClient:
        try:
            import httpx
        except ImportError as error:
            raise MissingTool(
                "httpx is missing; without it no endpoint can be asked."
                " Install it: pip install 'oilstone-data[endpoint]'"
            ) from error
        return httpx.AsyncClient(
            base_url=self.settings["base_url"].rstrip("/") + "/",
            headers={"Authorization": f"Bearer {self._key}"} if self._key else {},
            timeout=self.settings["timeout_seconds"],
            limits=httpx.Limits(max_connections=self.settings["concurrency"]),
            # Without TLS there is nothing to verify, and certificates take long to load.
            verify=self.settings["base_url"].startswith("https:"),
        )


def _key(name: str | None) -> str:
    if name is None:
        return ""
    if not (key := os.environ.get(name, "").strip()):
        raise MissingTool(
            f"environment variable {name} (endpoint.api_key_env) is not set: it must hold the key"
        )
    return key


def _answer(response: httpx.Response) -> Answer | Failure:
    """Read a chat completion; a body that is cut off or of another shape may be whole next time."""
    try:
        body = response.json()
        choice = body["choices"][0]
        message, usage = choice["message"], body.get("usage") or {}
        return Answer(
            str(message.get("content") or ""),
            str(message.get("reasoning_content") or ""),
            str(choice.get("finish_reason") or "stop"),
            int(usage.get("prompt_tokens") or 0),
            int(usage.get("completion_tokens") or 0),
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        return Failure(f"HTTP 200, but no chat completion: {type(error).__name__}", again=True)
