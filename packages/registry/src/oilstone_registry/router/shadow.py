"""Shadow mode: a version gets copies of requests; its answers are measured and thrown away.

Never in the way: copies are bounded, dropped first when servers are busy, and count for no test.
"""

from __future__ import annotations

import asyncio
import random
import time

from oilstone_registry.router import attempt
from oilstone_registry.router.answer import Failure
from oilstone_registry.router.routing import Arm, Chooser
from oilstone_registry.router.state import Replica
from oilstone_registry.router.stats import Stats

MOST = 8  # copies at a time
ROOM = 0.5  # of a replica's requests: where more are in flight, copies are dropped


class Shadow:
    """Sends the copies; `share` of the requests get one."""

    def __init__(self, chooser: Chooser, stats: Stats, share: float, total_s: float) -> None:
        self.chooser = chooser
        self.stats = stats
        self.share = share
        self.total_s = total_s
        self._tasks: set[asyncio.Task[None]] = set()

    def offer(self, arm: Arm, path: str, body: tuple[bytes, bytes]) -> None:
        """Send a copy, if there is room for it; returns at once."""
        if self.share < 1 and random.random() >= self.share:
            return
        replica, _ = self.chooser.replica(arm, time.monotonic())
        if (
            replica is None
            or len(self._tasks) >= MOST
            or replica.in_flight >= self.chooser.most * ROOM
        ):
            self.stats.shadow["dropped"] += 1
            return
        sent = self._sent(arm, replica, path, arm.model.join(body))
        task = asyncio.get_running_loop().create_task(sent)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _sent(self, arm: Arm, replica: Replica, path: str, body: bytes) -> None:
        began = time.monotonic()
        self.stats.shadow["sent"] += 1
        try:
            opened = await attempt.attempt(arm, replica, path, body, b"", self.total_s)
        except Failure as failure:
            self.stats.shadow["failed"] += 1
            arm.tally.failures[failure.kind] += 1
            return
        try:
            arm.tally.first.add(time.monotonic() - began)
            while not opened.whole and await opened.answer.read():
                pass
            arm.tally.whole.add(time.monotonic() - began)
            arm.tally.statuses[opened.status] += 1
        except Failure as failure:
            self.stats.shadow["failed"] += 1
            arm.tally.failures[failure.kind] += 1
        finally:
            opened.leave()
