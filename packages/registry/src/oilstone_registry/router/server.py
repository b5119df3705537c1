"""Runs the router: uvicorn with uvloop, header limits of our own, and an end without haste."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from oilstone_registry.router.app import App
from oilstone_registry.router.router import Router
from oilstone_registry.router.web import Endpoint

HEAD_BYTES = 32 * 1024  # of a request
HEAD_LINES = 100
HEAD_S = 10.0  # for a whole head, from its first byte
DRAIN_S = 30  # for requests that are being answered when the router ends
BACKLOG = 2048


class LimitedProtocol(HttpToolsProtocol):
    """Refuses heads that are too large or too slow; uvicorn has no such limits."""

    head = 0
    late: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Give a head that has begun its time."""
        super().data_received(data)
        if self.head and self.late is None and not self.transport.is_closing():
            self.late = self.loop.call_later(HEAD_S, self.transport.abort)

    def on_message_begin(self) -> None:
        """Begin to count."""
        self.head = 1
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Count the address, too."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a line; a parser that is told of an error answers 400 and closes."""
        self._count(len(name) + len(value))
        if len(self.headers) >= HEAD_LINES:
            raise ValueError("too many headers")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self.head = 0
        if self.late is not None:
            self.late.cancel()
            self.late = None
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget its time."""
        if self.late is not None:
            self.late.cancel()
        super().connection_lost(exc)

    def _count(self, size: int) -> None:
        self.head += size
        if self.head > HEAD_BYTES:
            raise ValueError("too large a head")


class Server(uvicorn.Server):
    """Says that it drains before it stops to listen."""

    router: Router

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End well on SIGTERM and Ctrl-C; uvicorn would kill the process with them afterwards."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, self.handle_exit, sign, None)
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End: no new requests, those on their way are answered, outcomes are stored."""
        self.router.draining = True
        await super().shutdown(sockets)
        await self.router.stop()


def run(
    router: Router, listening: socket.socket, more: dict[tuple[str, str], Endpoint] | None = None
) -> None:
    """Serve until SIGTERM or Ctrl-C, on a socket that is bound."""
    config = uvicorn.Config(
        App(router, more),
        http=LimitedProtocol,
        loop="uvloop",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=DRAIN_S,
    )
    server = Server(config)
    server.router = router
    with asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(_serve(server, router, listening))


async def _serve(server: Server, router: Router, listening: socket.socket) -> None:
    await router.start()
    await server.serve([listening])


def _loop() -> Any:
    import uvloop

    return uvloop.new_event_loop()


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address; port 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((host, port))
    made.listen(BACKLOG)
    made.set_inheritable(False)
    return made
