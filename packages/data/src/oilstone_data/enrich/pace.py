"""When requests may begin: not faster than a rate, not while the server asks for a pause."""

from __future__ import annotations

import asyncio
import contextlib


class Pace:
    """Turns for all requests of one endpoint; `stop` ends every wait at once."""

    def __init__(self, per_minute: float | None) -> None:
        self.stopped = asyncio.Event()
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._next = 0.0

    async def turn(self) -> None:
        """Wait until a request may begin."""
        while not self.stopped.is_set():
            now = asyncio.get_running_loop().time()
            if self._next <= now:
                self._next = now + self._gap
                return
            await self.wait(self._next - now)

    def pause(self, seconds: float) -> None:
        """Let no request begin for so long: the server said so."""
        self._next = max(self._next, asyncio.get_running_loop().time() + seconds)

    async def wait(self, seconds: float) -> None:
        """Sleep, unless everything stops."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopped.wait(), seconds)

    def stop(self) -> None:
        """Begin no further request; end all waits."""
        self.stopped.set()
