"""Keeps every server's adapters as the registry wants them, and lets none answer unproven.

One keeper per server. An adapter is loaded under a name that no other content ever had, read back
from the server's list, and proved by probes (`probes`); only then does it get traffic. What a
server forgot is loaded and proved again; what nobody wants is unloaded once it answers nothing.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from oilstone_registry import lifecycle
from oilstone_registry.router import probes
from oilstone_registry.router.answer import CONNECT, GARBAGE, Failure
from oilstone_registry.router.probes import Fingerprint, Said
from oilstone_registry.router.state import Adapter, Replica, Served, State
from oilstone_schemas.command import OilstoneError

if TYPE_CHECKING:
    from oilstone_registry.database import Registry
    from oilstone_registry.router.router import Router

POLL_S = 1.0
LIST_S, LOAD_S = 5.0, 120.0  # how long a server may take to list its models, and to load one
AGAIN_S = (1.0, 30.0)  # after a refusal it is tried again; at first so soon, at last so late
SILENT = 2  # failed looks after which a server that still takes connections counts as gone

log = logging.getLogger("oilstone.router")


class Material(NamedTuple):
    """What a server needs to load an adapter, and what proves that it did."""

    path: str
    fingerprint: Fingerprint | None


async def run(router: Router) -> None:
    """Keep every replica until cancelled."""
    shelf = Shelf(router.registry, router.settings.adapters_at)
    keepers = [Keeper(router, replica, shelf) for replica in router.fleet.replicas]
    async with asyncio.TaskGroup() as group:
        for keeper in keepers:
            group.create_task(keeper.run())
        while True:
            await router.changed.wait()
            router.changed.clear()
            for keeper in keepers:
                keeper.woken.set()


class Shelf:
    """Finds adapters in the store, verified once; `at` is where the servers see the store."""

    def __init__(self, registry: Registry, at: str | None) -> None:
        self.registry, self.at = registry, at
        self._found: dict[int, Material] = {}

    async def find(self, adapter: Adapter) -> Material:
        """Return where an adapter lies; raises OilstoneError when it is not what was registered."""
        if adapter.id not in self._found:
            self._found[adapter.id] = await asyncio.to_thread(self._find, adapter)
        return self._found[adapter.id]

    def _find(self, adapter: Adapter) -> Material:
        with self.registry.reading() as connection:
            row = lifecycle.one(connection, adapter.id)
        folder = self.registry.store.require(adapter.digest, row["seal"])
        return Material(place(folder, self.at), probes.kept(row["details"]))


class Keeper:
    """Brings one server to what is wanted, look by look."""

    def __init__(self, router: Router, replica: Replica, shelf: Shelf) -> None:
        self.router, self.replica, self.shelf = router, replica, shelf
        self.woken = asyncio.Event()
        self.failures: dict[str, int] = {}  # refusals in a row, by served name
        self.again: dict[str, float] = {}  # when to try again, in monotonic seconds
        self.base: str | None = None
        self.based: dict[Sequence[str], tuple[list[Said], list[Said]]] = {}
        self.silent = 0

    async def run(self) -> None:
        """Look whenever the registry changes, and every second."""
        while True:
            try:
                await self.look()
            except Exception:  # a bug here must not stop the traffic
                log.exception("replica_keeper_failed", extra={"replica": self.replica.url})
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self.woken.wait()
            self.woken.clear()

    async def look(self) -> None:
        """Load, prove and unload what is needed now."""
        try:
            listed = await self._list()
        except Failure as failure:
            self._gone(failure)
            return
        self.silent = 0
        for adapter in self._wanted():
            await self._have(adapter, listed)
        await self._drop(listed)

    def _wanted(self) -> Sequence[Adapter]:
        return self.router.snapshot.wanted[: self.router.settings.max_adapters]

    async def _list(self) -> set[str]:
        """Return the names that the server lists; the one without a parent is the base model."""
        status, _, body = await self.replica.client.fetch("GET", "/v1/models", b"", LIST_S)
        if status != 200:
            raise Failure(f"status {status}", f"GET /v1/models answers {status}")
        names, base = probes.models(body)
        if base != self.base:
            self.base, self.based = base, {}
        return names

    def _gone(self, failure: Failure) -> None:
        """Nothing that this server had counts as proved any more."""
        self.silent += 1
        if failure.kind != CONNECT and self.silent < SILENT:
            return
        self.based = {}
        for adapter in self._wanted():
            now = self.replica.served.get(adapter.served)
            if now is None or now.state is not State.LOADING:
                self._mark(adapter, State.LOADING, f"the server does not answer: {failure}")

    async def _have(self, adapter: Adapter, listed: set[str]) -> None:
        name = adapter.served
        now = self.replica.served.get(name)
        if now is not None and now.state is State.READY and name in listed:
            return
        if time.monotonic() < self.again.get(name, 0.0):
            return
        try:
            await self._bring(adapter, listed)
        except (Failure, OilstoneError) as error:
            await self._refuse(adapter, str(error))
        else:
            self.failures.pop(name, None)
            self._mark(adapter, State.READY, self._proof(await self.shelf.find(adapter)))

    def _proof(self, material: Material) -> str:
        if material.fingerprint is None:
            return "differs from the base model; no fingerprint was registered"
        return "differs from the base model and answers as when it was registered"

    async def _bring(self, adapter: Adapter, listed: set[str]) -> None:
        """Load, read back, prove; raises Failure or OilstoneError."""
        material = await self.shelf.find(adapter)
        if adapter.served not in listed:
            self._mark(adapter, State.LOADING, material.path)
            await load(self.replica.client, adapter.served, material.path)
            if adapter.served not in await self._list():
                raise Failure(GARBAGE, "the server says that it is loaded, but does not list it")
        self._mark(adapter, State.PROVING, f"{len(probes.PROMPTS)} probes at temperature 0")
        why = await self._unproven(adapter.served, material.fingerprint)
        if why is not None:
            raise Failure("unproven", why)

    async def _unproven(self, name: str, fingerprint: Fingerprint | None) -> str | None:
        if self.base is None:
            return "the server lists no base model, so nothing tells the adapter from it"
        prompts = tuple(fingerprint.prompts if fingerprint else probes.PROMPTS)
        client = self.replica.client
        if prompts not in self.based:
            first = await probes.ask(client, self.base, prompts)
            self.based[prompts] = first, await probes.ask(client, self.base, prompts)
        answers = await probes.ask(client, name, prompts)
        return probes.problem(answers, *self.based[prompts], fingerprint)

    async def _refuse(self, adapter: Adapter, why: str) -> None:
        """Send nothing there, say why, take it off the server, and try again later."""
        name = adapter.served
        self._mark(adapter, State.REFUSED, why)
        failures = self.failures[name] = self.failures.get(name, 0) + 1
        self.again[name] = time.monotonic() + min(AGAIN_S[0] * 2 ** (failures - 1), AGAIN_S[1])
        await self._unload(name)

    async def _drop(self, listed: set[str]) -> None:
        """Unload what is ours and not wanted, once nothing is being answered by it."""
        wanted = {adapter.served for adapter in self._wanted()}
        ours = {name for name in listed if self._ours(name)} | self.replica.served.keys()
        for name in sorted(ours - wanted):
            if self.replica.busy.get(name, 0):
                continue
            self.router.fleet.mark(self.replica, name, None)
            self.failures.pop(name, None)
            self.again.pop(name, None)
            if name in listed:
                await self._unload(name)
                log.info("adapter_unloaded", extra={"replica": self.replica.url, "served": name})

    def _ours(self, name: str) -> bool:
        found = probes.SERVED.fullmatch(name)
        return found is not None and found[1] in self.router.snapshot.specialists

    async def _unload(self, name: str) -> None:
        body = json.dumps({"lora_name": name}).encode()
        try:
            await self.replica.client.fetch("POST", "/v1/unload_lora_adapter", body, LIST_S)
        except Failure as failure:
            log.warning("unload_failed", extra={"replica": self.replica.url, "why": str(failure)})

    def _mark(self, adapter: Adapter, state: State, why: str) -> None:
        before = self.replica.served.get(adapter.served)
        self.router.fleet.mark(self.replica, adapter.served, Served(state, why))
        if before is None or (before.state, before.reason) != (state, why):
            told: dict[str, Any] = {"replica": self.replica.url, "served": adapter.served}
            level = logging.WARNING if state is State.REFUSED else logging.INFO
            log.log(level, f"adapter_{state}", extra=told | {"why": why})


def place(folder: Path, at: str | None) -> str:
    """Return where a server finds a stored adapter; `at` is where it sees the store."""
    return f"{at.rstrip('/')}/{folder.name}" if at else str(folder.resolve())


async def load(client: Any, name: str, path: str) -> None:
    """Have a server load an adapter; one that has it already is fine. Raises Failure."""
    body = json.dumps({"lora_name": name, "lora_path": path}).encode()
    status, _, answer = await client.fetch("POST", "/v1/load_lora_adapter", body, LOAD_S)
    said = answer[:300].decode("utf-8", "replace")
    if status == 200 or (status == 400 and "already been loaded" in said):
        return
    hint = ""
    if status in (404, 405) and "lora" not in said.lower():
        hint = "; start vLLM with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True"
    raise Failure(f"status {status}", f"loading it from {path} failed with {status}: {said}{hint}")
