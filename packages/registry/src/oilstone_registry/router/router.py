"""The router as one object: what its parts share, adopted, shown and closed in one place."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oilstone_registry.database import Registry
from oilstone_registry.router import assignments, routing, snapshot
from oilstone_registry.router.domains import Domains
from oilstone_registry.router.keys import Keys
from oilstone_registry.router.live import LiveTest
from oilstone_registry.router.outcomes import Recorder
from oilstone_registry.router.shadow import Shadow
from oilstone_registry.router.state import Fleet, Replica, Snapshot
from oilstone_registry.router.stats import Stats
from oilstone_registry.router.upstream import SWEEP, Client, Deadlines
from oilstone_registry.router.watcher import Watcher
from oilstone_schemas.command import OilstoneError

log = logging.getLogger("oilstone.router")


@dataclass(frozen=True, slots=True)
class Settings:
    """How a router runs; sizes in bytes, times in seconds."""

    upstreams: tuple[str, ...]
    upstream_key: str | None = None
    deadlines: Deadlines = field(default_factory=Deadlines)
    max_in_flight: int = 256  # per replica
    max_body: int = 8 * 1024 * 1024
    outcome_window_s: float = 7 * 86400.0
    soon: int = 2  # versions per name that are loaded ahead of their promotion
    adapters_at: str | None = None  # where the servers see the store
    max_adapters: int = 8  # per replica
    problems: Path | None = None
    shadows: Mapping[str, str] = field(default_factory=dict)  # version by name
    shadow_share: float = 1.0


class Router:
    """Everything that a request, the page or a background task needs."""

    def __init__(
        self, registry: Registry, settings: Settings, keys: Keys, domains: Domains | None = None
    ) -> None:
        self.registry = registry
        self.settings = settings
        self.keys = keys
        self.domains = domains
        self.stats = Stats()
        self.secret = assignments.secret_of(registry)
        self.fleet = Fleet([Replica(url, self._client(url)) for url in settings.upstreams])
        self.chooser = routing.Chooser(self.fleet, settings.max_in_flight)
        self.recorder = Recorder(registry, self.stats)
        self.watcher = Watcher(
            registry, self.adopt, self.show, soon=settings.soon, shadows=settings.shadows
        )
        self.judge: Any = None  # judge.Judge, where there are problems
        total_s = settings.deadlines.total
        self.shadow = Shadow(self.chooser, self.stats, settings.shadow_share, total_s)
        self.live: Mapping[str, LiveTest] = {}
        self.snapshot = Snapshot()
        self.routes: dict[str, routing.Route] = {}
        self.changed = asyncio.Event()  # set when the snapshot has changed
        self.draining = False
        self.started_at = time.time()
        self.background: list[Callable[[Router], Awaitable[None]]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._prefix = f"r-{secrets.token_hex(4)}-"
        self._number = 0
        self.adopt(self.watcher.first())
        for name, version in settings.shadows.items():
            if name not in self.routes or self.routes[name].shadow is None:
                raise OilstoneError(
                    f"--shadow {name}@{version}: there is no such version, or nothing of {name} is"
                    " in production whose requests it could get; see `oilstone-registry list`"
                )

    def _client(self, url: str) -> Client:
        return Client(url, self.settings.deadlines, self.settings.upstream_key)

    def request_id(self) -> str:
        """Return an id that no other request has."""
        self._number += 1
        return f"{self._prefix}{self._number:x}"

    def adopt(self, found: Snapshot) -> None:
        """Go on with another snapshot; requests that are being answered keep theirs."""
        self.snapshot = snapshot.follow(self.snapshot, found)
        self.routes = routing.routes(self.snapshot, self.stats)
        self.chooser.forget([one.served for one in found.wanted])
        self.changed.set()

    def show(self, tests: Mapping[str, LiveTest]) -> None:
        """Take what running tests show now."""
        self.live = tests

    async def start(self) -> None:
        """Begin to watch, to record, and with everything in the background."""
        loop = asyncio.get_running_loop()
        self.recorder.start(loop)
        self.watcher.start(loop)
        runs = [Router._sweep, *self.background]
        self._tasks = [loop.create_task(_kept(run, self)) for run in runs]

    async def stop(self) -> None:
        """End all that; outcomes that were taken are stored before."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for replica in self.fleet.replicas:
            replica.client.close()
        await asyncio.to_thread(self.recorder.stop)
        await asyncio.to_thread(self.watcher.stop)

    async def _sweep(self) -> None:
        """Keep the deadlines, and read the keys again."""
        loop, reloaded = asyncio.get_running_loop(), 0.0
        while True:
            await asyncio.sleep(SWEEP)
            now = loop.time()
            for replica in self.fleet.replicas:
                replica.client.sweep(now)
            if now - reloaded > 1:
                reloaded = now
                self.keys.refresh()


async def _kept(run: Callable[[Router], Awaitable[None]], router: Router) -> None:
    """Run something for as long as the router runs; a bug in it must not end the others."""
    while True:
        try:
            return await run(router)
        except Exception:
            log.exception("%s broke; once more in a second", getattr(run, "__module__", run))
            await asyncio.sleep(1)
