"""Outcomes on their way into the registry: acknowledged only when they are on the disk.

A thread of its own writes them, many at once: while one group waits for the disk, the next one
gathers. The queue is bounded; what does not fit is refused at once and told so.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from oilstone_registry import outcomes
from oilstone_registry.assignment import Assignment
from oilstone_registry.audit import Row
from oilstone_registry.database import Registry
from oilstone_registry.router.stats import Stats
from oilstone_schemas.command import OilstoneError

MOST = 10_000  # outcomes waiting
AT_ONCE = 500  # in one transaction
NEW, REPEATED = "new", "repeated"
SYSTEM = "system"
REMEMBERED = 100_000  # requests whose latency is kept for the outcome that comes later

log = logging.getLogger("oilstone.router")


class Stored(NamedTuple):
    """What became of an outcome: new or repeated, or else why it was refused."""

    result: str
    reason: str | None = None


class _Entry(NamedTuple):
    row: Mapping[str, Any]
    waiter: asyncio.Future[Stored] | None


class Recorder:
    """Takes outcomes from the loop and stores them from a thread."""

    def __init__(self, registry: Registry, stats: Stats) -> None:
        self.registry = registry
        self.stats = stats
        self.error: str | None = None  # why the last group could not be stored
        self.latencies: dict[str, float] = {}  # in ms, by request id, the oldest first
        self._queue: queue.Queue[_Entry | None] = queue.Queue(MOST)
        self._thread = threading.Thread(target=self._run, name="outcomes", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to write."""
        self._loop = loop
        self._thread.start()

    def stop(self) -> None:
        """Write what is waiting, then end; blocks."""
        self._queue.put(None)
        self._thread.join()

    def offer(self, row: Mapping[str, Any]) -> asyncio.Future[Stored] | None:
        """Queue a row of outcome.v1; return what is done when it is stored, None when it is full.

        The future fails with OilstoneError when the registry cannot be written.
        """
        assert self._loop is not None
        waiter: asyncio.Future[Stored] = self._loop.create_future()
        return waiter if self._put(_Entry(row, waiter)) else None

    def saw(self, assigned: Assignment, outcome: float, latency_ms: float, kind: str) -> None:
        """Queue what the router found out itself; nobody waits for it."""
        more = {"outcome": outcome, "kind": kind, "latency_ms": round(latency_ms, 3)}
        if not self._put(_Entry(assigned._asdict() | more, None)):
            self.stats.outcomes["lost"] += 1

    def took(self, request_id: str, latency_ms: float) -> None:
        """Remember how long an answer took, for the outcome that comes later."""
        self.latencies[request_id] = round(latency_ms, 3)
        if len(self.latencies) > REMEMBERED:
            del self.latencies[next(iter(self.latencies))]

    def _put(self, entry: _Entry) -> bool:
        try:
            self._queue.put_nowait(entry)
        except queue.Full:
            return False
        return True

    def _run(self) -> None:
        going = True
        while going:
            group, going = self._group()
            if group:
                self._finish(group, self._store(group))

    def _group(self) -> tuple[list[_Entry], bool]:
        """Wait for an entry and take what else is there; False when it is the end."""
        group: list[_Entry] = []
        entry = self._queue.get()
        while entry is not None:
            group.append(entry)
            if len(group) == AT_ONCE or self._queue.empty():
                return group, True
            entry = self._queue.get()
        return group, False

    def _store(self, group: Sequence[_Entry]) -> list[Stored] | OilstoneError:
        try:
            found = store(self.registry, [entry.row for entry in group])
        except Exception as error:  # the thread must live, whatever the database says
            self.error = str(error)
            log.warning("outcomes are not stored: %s", error)
            return OilstoneError(f"{type(error).__name__}: {error}")
        self.error = None
        return found

    def _finish(self, group: Sequence[_Entry], found: list[Stored] | OilstoneError) -> None:
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(self._tell, group, found)
        except RuntimeError:  # the loop is closed: nobody waits any more
            return

    def _tell(self, group: Sequence[_Entry], found: list[Stored] | OilstoneError) -> None:
        for number, entry in enumerate(group):
            waiter = entry.waiter
            if isinstance(found, OilstoneError):
                self.stats.outcomes["lost" if waiter is None else "unstored"] += 1
                if waiter is not None and not waiter.done():
                    waiter.set_exception(found)
                continue
            self.stats.outcomes[found[number].result] += 1
            if waiter is not None and not waiter.done():
                waiter.set_result(found[number])


def store(registry: Registry, rows: Sequence[Row]) -> list[Stored]:
    """Store rows of outcome.v1 in one transaction; return what became of each, in their order.

    When it returns, they are on the disk. Raises OilstoneError when nothing could be stored.
    """
    with registry.writing() as connection:
        book = outcomes.Book(connection)
        return [_entered(book, row) for row in rows]


def _entered(book: outcomes.Book, row: Row) -> Stored:
    taken = outcomes.Taken()
    book.enter(row, taken)
    if taken.refused:
        return Stored("refused", taken.refused[0])
    return Stored(NEW if taken.new else REPEATED)
