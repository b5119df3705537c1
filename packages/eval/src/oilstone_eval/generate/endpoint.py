"""Answers from an OpenAI-compatible endpoint: many requests at once, retried, kept as they come."""

import asyncio
import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from oilstone_eval import extract
from oilstone_eval.generate.answers import Sampling, chat
from oilstone_eval.generate.decoding import stream_seed
from oilstone_eval.inputs import Row
from oilstone_schemas.canonical import dumps
from oilstone_schemas.command import MissingTool, OilstoneError, say

KEYS = ("OILSTONE_API_KEY", "OPENAI_API_KEY")
TRIES = 6
LONGEST_WAIT = 60.0
# Answers that another try may change; all others of 400 and above are told at once.
_AGAIN = {408, 409, 425, 429, 500, 502, 503, 504}
_HOPELESS = {401, 403, 404}


@dataclass(frozen=True)
class Endpoint:
    """Where to ask and how: `url` ends before /chat/completions; `wait` is the first pause."""

    url: str
    model: str
    concurrency: int = 8
    seconds: float = 300.0
    wait: float = 1.0
    tries: int = TRIES


@dataclass(frozen=True)
class Asked:
    """One answer that is wanted: to which problem, and which of several."""

    problem: Row = field(hash=False)
    index: int

    @property
    def key(self) -> tuple[str, int]:
        """What answers are known by."""
        return self.problem["id"], self.index


def answer_all(
    endpoint: Endpoint, asked: Sequence[Asked], system_prompt: str, how: Sampling, kept: Path,
    done: Callable[[int], object],
) -> list[Row]:  # fmt: skip
    """Return all samples; those that `kept`, a file of finished ones, holds are not asked again.

    An answer that does not come is a sample with finish_reason "error". Raises OilstoneError when
    nobody answers at all, or the key or the model is refused: then the same command goes on later.
    """
    there = _there(kept)
    done(len(there))
    missing = [each for each in asked if each.key not in there]
    if missing:
        try:
            rows = asyncio.run(_ask_all(endpoint, missing, system_prompt, how, kept, done))
        except* OilstoneError as group:
            raise group.exceptions[0] from None
        there |= {(row["problem_id"], row["sample_index"]): row for row in rows}
    return [there[each.key] for each in asked]


def _there(kept: Path) -> dict[tuple[str, int], Row]:
    """Read what was kept; a line that a kill cut off is cut away."""
    if not kept.exists():
        return {}
    content = kept.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        kept.write_bytes(whole)
    rows = [orjson.loads(line) for line in whole.splitlines()]
    return {(row["problem_id"], row["sample_index"]): row for row in rows}


async def _ask_all(
    endpoint: Endpoint, missing: Sequence[Asked], system_prompt: str, how: Sampling, kept: Path,
    done: Callable[[int], object],
) -> list[Row]:  # fmt: skip
    httpx = _httpx()
    waiting, found = list(reversed(missing)), []
    limits = httpx.Limits(max_connections=endpoint.concurrency)
    async with httpx.AsyncClient(
        timeout=endpoint.seconds, limits=limits, headers=_headers()
    ) as client:
        with kept.open("ab") as file:

            async def work() -> None:
                while waiting:
                    each = waiting.pop()
                    row = await _ask(client, endpoint, each, system_prompt, how)
                    file.write(dumps(row) + b"\n")
                    file.flush()
                    found.append(row)
                    done(1)

            async with asyncio.TaskGroup() as group:
                for _ in range(min(endpoint.concurrency, len(missing))):
                    group.create_task(work())
    return found


def _httpx() -> Any:
    try:
        import httpx
    except ImportError as error:
        raise MissingTool(
            "httpx is not installed, which endpoints need."
            " Install it: pip install 'oilstone-eval[endpoint]'"
        ) from error
    return httpx


def _headers() -> dict[str, str]:
    secret = next((os.environ[name] for name in KEYS if os.environ.get(name)), None)
    return {"Authorization": f"Bearer {secret}"} if secret else {}


async def _ask(
    client: Any, endpoint: Endpoint, asked: Asked, system_prompt: str, how: Sampling
) -> Row:
    body = {
        "model": endpoint.model, "messages": chat(system_prompt, asked.problem),
        "max_tokens": how.limit, "temperature": how.temperature, "top_p": how.top_p,
        "seed": stream_seed(how.seed, str(asked.problem["id"]), asked.index) >> 33,
    }  # fmt: skip
    started = time.monotonic()
    try:
        started, reply = await _reply(client, endpoint, body)
        return _sample(asked, reply, time.monotonic() - started)
    except _NoAnswer as error:
        return _without(asked, str(error), time.monotonic() - started)


class _NoAnswer(Exception):
    """The endpoint gave no answer to this request."""


async def _reply(
    client: Any, endpoint: Endpoint, body: Mapping[str, Any]
) -> tuple[float, dict[str, Any]]:
    """Return when the last try began, and the reply. Waits longer after every failure."""
    url = f"{endpoint.url.rstrip('/')}/chat/completions"
    trouble, reached = "", False
    for number in range(endpoint.tries):
        if number:
            await asyncio.sleep(_pause(endpoint.wait, number))
        started = time.monotonic()
        try:
            response = await client.post(url, json=body)
        except _httpx().HTTPError as error:
            trouble = f"{type(error).__name__}: {error}"
            reached = reached or isinstance(error, _httpx().TimeoutException)
            continue
        reached = True
        if response.status_code < 400:
            return started, _parsed(response)
        trouble = f"HTTP {response.status_code}: {response.text[:200]}"
        if response.status_code in _HOPELESS:
            raise OilstoneError(f"{url}: {trouble}. {_hint(response.status_code)}")
        if response.status_code not in _AGAIN:
            raise _NoAnswer(trouble)
    if not reached:
        raise OilstoneError(
            f"{url}: cannot be reached ({trouble}). Start the server, then give the same command"
            " again: answers that came are kept"
        )
    raise _NoAnswer(f"{trouble} (after {endpoint.tries} tries)")


def _pause(wait: float, number: int) -> float:
    """Return the seconds before a try: twice as long each time, spread, so that not all come."""
    return min(LONGEST_WAIT, wait * (1 << (number - 1))) * random.uniform(0.5, 1.0)


def _hint(status: int) -> str:
    if status == 404:
        return "Is --endpoint the address before /chat/completions, and --model served there?"
    return f"Set the key in the environment: {' or '.join(KEYS)}"


def _parsed(response: Any) -> dict[str, Any]:
    try:
        reply: dict[str, Any] = response.json()
        if isinstance(reply["choices"][0]["message"].get("content") or "", str):
            return reply
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        pass
    raise _NoAnswer(f"not a chat completion: {response.text[:200]!r}")


def _sample(asked: Asked, reply: Mapping[str, Any], seconds: float) -> Row:
    choice, usage = reply["choices"][0], reply.get("usage") or {}
    completion = choice["message"].get("content") or ""
    reason = {"stop": "stop", "length": "length"}.get(choice.get("finish_reason"), "unknown")
    return {
        "problem_id": asked.problem["id"], "sample_index": asked.index, "completion": completion,
        "code": extract.code(completion, asked.problem["language"]), "finish_reason": reason,
        "prompt_tokens": usage.get("prompt_tokens") or 0,
        "completion_tokens": usage.get("completion_tokens") or 0, "seconds": round(seconds, 6),
    }  # fmt: skip


def _without(asked: Asked, error: str, seconds: float) -> Row:
    say(f"{asked.problem['id']}, answer {asked.index}: {error}")
    return {
        "problem_id": asked.problem["id"], "sample_index": asked.index, "completion": "",
        "code": None, "finish_reason": "error", "prompt_tokens": 0, "completion_tokens": 0,
        "seconds": round(seconds, 6), "error": error,
    }  # fmt: skip
