"""The thread that reads the registry, several times a second, and keeps the last good answer."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping

from oilstone_registry import analysis, settle
from oilstone_registry.database import Registry
from oilstone_registry.router import snapshot
from oilstone_registry.router.live import Live, LiveTest
from oilstone_registry.router.state import Snapshot
from oilstone_schemas.command import OilstoneError

EVERY_S = 0.25

log = logging.getLogger("oilstone.router")


class Watcher:
    """Calls `adopt(snapshot)` and `show(tests)` on the loop whenever there is something new."""

    def __init__(
        self,
        registry: Registry,
        adopt: Callable[[Snapshot], None],
        show: Callable[[Mapping[str, LiveTest]], None],
        *,
        soon: int,
        shadows: Mapping[str, str],
    ) -> None:
        self.registry = registry
        self.error: str | None = None  # why the registry cannot be read just now
        self.read_at = time.time()
        self._adopt, self._show = adopt, show
        self._soon, self._shadows = soon, shadows
        self._live = Live()
        self._shown: Mapping[str, LiveTest] = {}
        self._event = -1
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    def first(self) -> Snapshot:
        """Read the registry now; raises OilstoneError when it cannot be."""
        with self.registry.reading() as connection:
            found = snapshot.read(connection, self._soon, self._shadows)
        self._event = found.event
        return found

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to watch."""
        self._loop = loop
        self._thread.start()

    def stop(self) -> None:
        """End; blocks until the last look is over."""
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.wait(EVERY_S):
            try:
                self._look()
                self.error = None
                self.read_at = time.time()
            except Exception as error:  # the last good snapshot stands, whatever went wrong
                if self.error is None:
                    log.warning("the registry cannot be read: %s", error)
                self.error = str(error)

    def _look(self) -> None:
        with self.registry.reading() as connection:
            event = snapshot.last_event(connection)
            if event != self._event:
                found = snapshot.read(connection, self._soon, self._shadows)
                self._event = found.event
                self._tell(self._adopt, found)
            tests = self._live.read(connection)
        if tests != self._shown:
            self._shown = tests
            self._tell(self._show, tests)
            self._settle(tests)

    def _settle(self, tests: Mapping[str, LiveTest]) -> None:
        """Stop what harms; promote what won, where the test's plan says so."""
        for name, test in tests.items():
            wins = test.verdict == analysis.BETTER and test.plan["auto_promote"]
            if not wins and test.verdict != analysis.HARMED:
                continue
            try:
                done = settle.settle(self.registry, name)
            except OilstoneError as error:
                done = f"cannot be settled: {error}"
            log.warning("%s: %s", test.experiment, done)

    def _tell(self, what: Callable[..., None], *words: object) -> None:
        assert self._loop is not None
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what, *words)
