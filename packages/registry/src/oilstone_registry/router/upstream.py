"""The client of one upstream server: HTTP/1.1 on kept connections, parsed by httptools.

Written for the router's hot path: no task, no timer and no copy per request. Deadlines are kept by
one sweep for all answers (`SWEEP` seconds), so they are that coarse.
"""

from __future__ import annotations

import asyncio
import ssl
from asyncio import AbstractEventLoop
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import httptools

from oilstone_registry.router.answer import (
    BROKEN,
    CLOSED,
    CONNECT,
    GARBAGE,
    TIMEOUT,
    Answer,
    Failure,
    aborting,
)
from oilstone_schemas.command import OilstoneError

SWEEP = 0.05
HEAD_BYTES = 64 * 1024
FETCH_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Deadlines:
    """In seconds: to connect; to the first byte of a stream; between two bytes; of all of it."""

    connect: float = 2.0
    first: float = 60.0
    stall: float = 60.0
    total: float = 600.0
    idle: float = 30.0  # how long an unused connection is kept


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server listens; `path` is in front of every path of the API."""

    host: str
    port: int
    tls: bool
    path: str

    @property
    def origin(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


def place(url: str) -> Place:
    """Read http://HOST:PORT[/PATH]; raises OilstoneError."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise OilstoneError(f"--upstream {url!r}: {error}") from error
    odd = parts.username is not None or parts.query or parts.fragment
    if parts.scheme not in ("http", "https") or not parts.hostname or odd:
        raise OilstoneError(
            f"--upstream: {parts.hostname or url!r} is no server's address; write"
            " http://HOST:PORT, without user, password or query"
        )
    path = parts.path.rstrip("/").removesuffix("/v1")
    return Place(parts.hostname, port, parts.scheme == "https", path)


class _Connection(asyncio.Protocol):
    """One connection; httptools calls the `on_` methods while it parses."""

    __slots__ = ("answer", "client", "fresh", "head", "idle_since", "keeps", "parser", "transport")

    def __init__(self, client: Client) -> None:
        self.client = client
        self.parser = httptools.HttpResponseParser(self)
        self.answer: Answer | None = None
        self.transport: asyncio.Transport
        self.fresh = True  # never answered anything yet
        self.head = 0
        self.idle_since = 0.0
        self.keeps = False  # whether the server takes another request on it

    def begin(self, until: float, last: float, request: bytes) -> Answer:
        """Send a request; its answer fills."""
        answer = Answer(until, last, self.transport.abort, self._pause)
        self.answer = answer
        self.head = 0
        self.client.active.add(answer)
        self.transport.write(request)
        return answer

    def _pause(self, now: bool) -> None:
        if self.transport.is_closing():
            return
        if now:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._broken(Failure(GARBAGE, f"no HTTP: {error}"))
            return
        answer = self.answer
        if answer is not None:
            answer.wake()
            if answer.done:
                self._ended(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        self.client.forget(self)
        answer = self.answer
        if answer is None:
            return
        if answer.status and _ends_with_connection(answer) and exc is None:
            answer.done = True
            answer.wake()
        kind = BROKEN if answer.status else CLOSED
        self._broken(Failure(kind, f"the connection ended{f': {exc}' if exc else ''}"))

    def _broken(self, failure: Failure) -> None:
        answer, self.answer = self.answer, None
        if answer is not None:
            answer.fail(failure)
            self.client.active.discard(answer)
        self.transport.abort()

    def _ended(self, answer: Answer) -> None:
        self.answer = None
        self.fresh = False
        client = self.client
        client.active.discard(answer)
        if self.keeps and not client.closed:
            self.idle_since = client.now()
            client.idle.append(self)
        else:
            self.transport.close()

    def on_message_begin(self) -> None:
        if self.answer is None:  # it talks without being asked
            self.transport.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        self.head += len(name) + len(value)
        if self.head > HEAD_BYTES:
            raise ValueError("too many headers")
        if self.answer is not None:
            self.answer.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        if self.answer is not None:
            status = self.parser.get_status_code()
            if status >= 200:
                self.answer.status = status
            else:
                self.answer.headers.clear()

    def on_body(self, body: bytes) -> None:
        answer = self.answer
        if answer is not None:
            answer.add(body)
            self.client.extend(answer)

    def on_message_complete(self) -> None:
        if self.answer is not None and self.answer.status:
            self.keeps = self.parser.should_keep_alive()
            self.answer.done = True


def _ends_with_connection(answer: Answer) -> bool:
    """Tell whether the body has no other end (RFC 9112, 6.3)."""
    return not any(name in (b"content-length", b"transfer-encoding") for name, _ in answer.headers)


class Client:
    """A pool of connections to one server; `send` is for answers that are streamed through."""

    def __init__(self, url: str, deadlines: Deadlines | None = None, key: str | None = None):
        """`key` is the server's own API key; clients' keys are never passed on."""
        self.place = place(url)
        self.deadlines = deadlines or Deadlines()
        self.active: set[Answer] = set()
        self.idle: list[_Connection] = []
        self.closed = False
        self._open: set[_Connection] = set()
        self._loop: AbstractEventLoop | None = None
        self._tls = ssl.create_default_context() if self.place.tls else None
        host = f"host: {self.place.origin}\r\n"
        secret = f"authorization: Bearer {key}\r\n" if key else ""
        self._shared = (host + secret).encode()
        self._heads: dict[tuple[str, str], bytes] = {}

    async def send(
        self, method: str, path: str, body: bytes, *, extra: bytes = b"", first: float | None = None
    ) -> Answer:
        """Send a request and wait for the head of its answer; raises Failure.

        `extra` are more header lines, `first` the seconds until the first byte. A kept connection
        that the server closed just now is replaced once.
        """
        while True:
            connection = await self._connection()
            fresh = connection.fresh
            head = self._head(method, path)
            now = self.now()
            until = now + (first or self.deadlines.first)
            request = b"%b%bcontent-length: %d\r\n\r\n%b" % (head, extra, len(body), body)
            answer = connection.begin(until, now + self.deadlines.total, request)
            try:
                await answer.head()
            except Failure as failure:
                if failure.kind != CLOSED or fresh:
                    raise
            except asyncio.CancelledError:
                answer.abort()
                raise
            else:
                return answer

    async def fetch(
        self, method: str, path: str, body: bytes = b"", timeout_s: float = 30.0
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Return status, headers and the whole body of an answer; raises Failure."""
        try:
            async with asyncio.timeout(timeout_s):
                answer = await self.send(method, path, body, first=timeout_s)
                with aborting(answer):
                    return answer.status, answer.headers, await answer.whole(FETCH_BYTES)
        except TimeoutError:
            raise Failure(TIMEOUT, f"no whole answer within {timeout_s:g} s") from None

    def extend(self, answer: Answer) -> None:
        """A byte has come: the next one has its own time."""
        answer.until = min(self.now() + self.deadlines.stall, answer.last)

    def now(self) -> float:
        """Return the loop's time, in seconds."""
        assert self._loop is not None
        return self._loop.time()

    def sweep(self, now: float) -> None:
        """End what is too late, and close what has been idle for long."""
        for answer in [one for one in self.active if one.until < now]:
            answer.fail(
                Failure(TIMEOUT, "no answer in time" if not answer.status else "it stalled")
            )
            self.active.discard(answer)
            answer.abort()
        for connection in [one for one in self.idle if one.idle_since + self.deadlines.idle < now]:
            self.idle.remove(connection)
            connection.transport.close()

    def forget(self, connection: _Connection) -> None:
        """Drop a connection that is gone."""
        self._open.discard(connection)
        if connection in self.idle:
            self.idle.remove(connection)

    def close(self) -> None:
        """Close every connection; what is being answered fails."""
        self.closed = True
        for connection in list(self._open):
            connection.transport.abort()

    def _head(self, method: str, path: str) -> bytes:
        found = self._heads.get((method, path))
        if found is None:
            line = f"{method} {self.place.path}{path} HTTP/1.1\r\n"
            kind = "content-type: application/json\r\n" if method == "POST" else ""
            found = line.encode() + self._shared + kind.encode()
            if len(self._heads) < 64:
                self._heads[method, path] = found
        return found

    async def _connection(self) -> _Connection:
        while self.idle:
            connection = self.idle.pop()
            if not connection.transport.is_closing():
                return connection
        self._loop = loop = asyncio.get_running_loop()
        where = self.place
        try:
            async with asyncio.timeout(self.deadlines.connect):
                _, made = await loop.create_connection(
                    lambda: _Connection(self), where.host, where.port, ssl=self._tls
                )
        except (OSError, TimeoutError) as error:
            why = str(error) or f"no connection within {self.deadlines.connect:g} s"
            raise Failure(CONNECT, why) from error
        self._open.add(made)
        return made
