"""One answer of an upstream server as it comes in: the head first, then bytes as they arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HIGH = 256 * 1024  # bytes kept for a slow reader before the server is told to wait
CONNECT, TIMEOUT, CLOSED, GARBAGE, BROKEN = "connect", "timeout", "closed", "garbage", "broken"


class Failure(Exception):
    """An upstream server that did not answer as it should; `kind` says how."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind


class Answer:
    """Filled by a connection, read by one task."""

    __slots__ = (
        "_parts",
        "_size",
        "_wait",
        "abort",
        "done",
        "failure",
        "headers",
        "last",
        "pause",
        "sink",
        "status",
        "until",
    )

    def __init__(
        self,
        until: float,
        last: float,
        abort: Callable[[], None],
        pause: Callable[[bool], None],
    ) -> None:
        """When it is too late for the next byte, and for all of it, in the loop's time."""
        self.until = until
        self.last = last
        self.abort = abort
        self.pause = pause
        self.sink: Callable[[bytes], None] | None = None  # gets bytes at once, by `pour`
        self.status = 0  # until the head is there
        self.headers: list[tuple[bytes, bytes]] = []
        self.done = False
        self.failure: Failure | None = None
        self._parts: list[bytes] = []
        self._size = 0
        self._wait: asyncio.Future[None] | None = None

    def add(self, part: bytes) -> None:
        """Take bytes of the body."""
        self._parts.append(part)
        self._size += len(part)

    def wake(self) -> None:
        """Let the reader go on: something has changed."""
        if self.sink is not None:
            if self._parts:
                self.sink(self._taken())
            if not self.done and self.failure is None:
                return
        elif self._size > HIGH:
            self.pause(True)
        wait = self._wait
        if wait is not None:
            self._wait = None
            if not wait.done():
                wait.set_result(None)

    def fail(self, failure: Failure) -> None:
        """End it badly; the first reason stands."""
        if not self.done and self.failure is None:
            self.failure = failure
            self.wake()

    async def head(self) -> None:
        """Wait for status and headers; raises Failure."""
        while not self.status:
            if self.failure is not None:
                raise self.failure
            await self._changed()

    async def read(self) -> bytes:
        """Return what has come since the last call, at least a byte; b"" is the end.

        Raises Failure when it breaks off, after what came before was returned.
        """
        while not self._parts:
            if self.done:
                return b""
            if self.failure is not None:
                raise self.failure
            await self._changed()
        return self._taken()

    async def pour(self, sink: Callable[[bytes], None]) -> None:
        """Give what has come and what comes to `sink`, without a task between; wait for the end.

        Raises Failure when it breaks off.
        """
        if self._parts:
            sink(self._taken())
        self.sink = sink
        while not self.done:
            if self.failure is not None:
                raise self.failure
            await self._changed()

    def hold(self, now: bool) -> None:
        """Let the server wait for a reader that is slow, or go on; meanwhile it is not late."""
        if now:
            self.until = self.last
        if not self.done:
            self.pause(now)

    async def whole(self, most: int) -> bytes:
        """Wait for the end and return the body; raises Failure, also for more than `most` bytes."""
        while not self.done:
            if self.failure is not None:
                raise self.failure
            if self._size > most:
                self.abort()
                raise Failure(GARBAGE, f"more than {most} bytes of answer")
            if self._size > HIGH:
                self.pause(False)
            await self._changed()
        return self._taken() if self._parts else b""

    def _taken(self) -> bytes:
        parts = self._parts
        self._parts = []
        if self._size > HIGH:
            self.pause(False)
        self._size = 0
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _changed(self) -> None:
        self._wait = asyncio.get_running_loop().create_future()
        try:
            await self._wait
        finally:
            self._wait = None


@contextmanager
def aborting(answer: Answer) -> Iterator[None]:
    """Give an answer up that is not whole when the block ends: the server should not go on."""
    try:
        yield
    finally:
        if not answer.done:
            answer.abort()
