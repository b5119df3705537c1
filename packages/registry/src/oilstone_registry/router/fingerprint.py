"""Takes an adapter's fingerprint from a server, for its registration: what it answers there.

From then on, every server must answer the same with it before it gets traffic (`probes`).
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from oilstone_registry.router import probes
from oilstone_registry.router.answer import Failure
from oilstone_registry.router.probes import PROMPTS, Fingerprint, Said
from oilstone_registry.router.replicas import LIST_S, load, place
from oilstone_registry.router.upstream import Client
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import CheckFailed, MissingTool

DIGITS = 5  # of a logarithm of probability


def taker(url: str, key: str | None, at: str | None) -> Callable[[Manifest], dict[str, Any]]:
    """Return what takes a stored adapter's fingerprint from the server at `url`.

    `at` is where that server sees the store, if elsewhere. Raises MissingTool without httptools;
    what it returns raises CheckFailed when the server does not answer, or answers as its base does.
    """
    if find_spec("httptools") is None:
        raise MissingTool("--fingerprint needs httptools: pip install 'oilstone-registry[serve]'")

    def take(adapter: Manifest) -> dict[str, Any]:
        path = place(adapter.folder, at)
        try:
            return asyncio.run(_take(Client(url, key=key), path)).data()
        except Failure as failure:
            raise CheckFailed(f"{url}: no fingerprint of {path}: {failure}") from failure

    return take


async def _take(client: Client, path: str) -> Fingerprint:
    name = f"fingerprint-{secrets.token_hex(8)}"
    try:
        base = await _base(client)
        answers = [await probes.ask(client, base, PROMPTS) for _ in range(2)]
        await load(client, name, path)
        found = [_rounded(said) for said in await probes.ask(client, name, PROMPTS)]
        await client.fetch(
            "POST", "/v1/unload_lora_adapter", json.dumps({"lora_name": name}).encode(), LIST_S
        )
    finally:
        client.close()
    why = probes.problem(found, answers[0], answers[1], None)
    if why is not None:
        raise Failure("unproven", why)
    return Fingerprint(PROMPTS, found)


async def _base(client: Client) -> str:
    status, _, body = await client.fetch("GET", "/v1/models", b"", LIST_S)
    found = probes.models(body)[1] if status == 200 else None
    if found is None:
        raise Failure("status", f"GET /v1/models names no base model (status {status})")
    return found


def _rounded(said: Said) -> Said:
    return Said(said.tokens, [round(one, DIGITS) for one in said.logprobs])
