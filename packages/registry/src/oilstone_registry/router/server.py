"""Runs the router on a socket until it is told to end, and then without haste."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket

import uvloop

from oilstone_registry.router.app import App
from oilstone_registry.router.inbound import Connection, Inbound
from oilstone_registry.router.router import Router
from oilstone_registry.router.web import Endpoint

DRAIN_S = 30.0  # for requests that are being answered when the router ends
SWEEP_S = 1.0
BACKLOG = 2048


def run(
    router: Router, listening: socket.socket, more: dict[tuple[str, str], Endpoint] | None = None
) -> None:
    """Serve until SIGTERM or Ctrl-C, on a socket that listens."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(router, listening, more or {}))


async def _serve(
    router: Router, listening: socket.socket, more: dict[tuple[str, str], Endpoint]
) -> None:
    loop = asyncio.get_running_loop()
    ending = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, ending.set)
    inbound = Inbound(App(router, more))
    gc.freeze()  # what was imported stays: no collection has to look at it, between two requests
    await router.start()
    server = await loop.create_server(lambda: Connection(inbound), sock=listening, backlog=BACKLOG)
    while not ending.is_set():
        inbound.sweep(loop.time())
        try:
            await asyncio.wait_for(ending.wait(), SWEEP_S)
        except TimeoutError:
            continue
    router.draining = True
    server.close()
    await inbound.drain(DRAIN_S)
    await router.stop()


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address; port 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((host, port))
    made.listen(BACKLOG)
    made.setblocking(False)
    return made
