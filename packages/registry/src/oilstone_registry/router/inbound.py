"""The router's own HTTP/1.1 server, as far as the router needs one: httptools on uvloop.

A request is admitted by its head (key, size), read whole, then answered by one task; an answer goes
out whole or chunk by chunk. Everything a client can make large or slow has a limit. No timer is set
per request: one sweep looks at all connections.
"""

from __future__ import annotations

import asyncio
import http
from collections import deque
from typing import TYPE_CHECKING, Protocol

import httptools

from oilstone_registry.router.web import SAFE, Refused, Reply

if TYPE_CHECKING:
    from oilstone_registry.router.answer import Answer
    from oilstone_registry.router.keys import Key

HEAD_BYTES = 32 * 1024
LINE_BYTES = 32  # what a header line costs beside its text
HEAD_S = 10.0  # from the first byte of a head to its last
BODY_S = 60.0  # for the rest of a request
IDLE_S = 75.0  # between two requests
LINGER_S = 2.0  # for a client that was refused to read so
STALL_S = 60.0  # for a client that reads nothing of its answer
PIPELINED = 16  # requests of one connection that wait for the answers before them
MOST = 4096  # connections
LAST_CHUNK = b"0\r\n\r\n"

STATUS = {one.value: f"HTTP/1.1 {one.value} {one.phrase}\r\n".encode() for one in http.HTTPStatus}
_SAFE = b"".join(b"%b: %b\r\n" % pair for pair in SAFE)


class App(Protocol):
    """What answers requests."""

    def admit(self, exchange: Exchange) -> int:
        """Return how many bytes of body it may have; raises Refused."""

    async def answer(self, exchange: Exchange) -> None:
        """Answer by `reply`, or by `begin`, `write` and `end`; raises nothing but cancellation."""


class Exchange:
    """One request, and the way its answer goes."""

    __slots__ = (
        "begun",
        "body",
        "chunked",
        "connection",
        "ended",
        "gone",
        "headers",
        "keeps",
        "key",
        "method",
        "path",
        "query",
    )

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.headers: dict[bytes, bytes] = {}
        self.body = b""
        self.method = self.path = ""
        self.query = b""
        self.key: Key | None = None
        self.keeps = self.chunked = True
        self.begun = self.ended = self.gone = False

    def reply(self, reply: Reply) -> None:
        """Answer with one of our own replies."""
        lines = b"".join(b"%b: %b\r\n" % pair for pair in reply.headers)
        self.whole(reply.status, lines + _SAFE, reply.body)

    def whole(self, status: int, lines: bytes, body: bytes) -> None:
        """Answer at once; `lines` are header lines, each with its end."""
        length = b"content-length: %d\r\n" % len(body)
        sent = b"" if self.method == "HEAD" else body
        self.begun = True
        head = STATUS.get(status) or b"HTTP/1.1 %d \r\n" % status
        self.connection.transport.write(b"".join((head, lines, length, self._last(), sent)))
        self._end()

    def begin(self, status: int, lines: bytes, part: bytes) -> None:
        """Begin an answer of unknown length with its first bytes."""
        self.begun = True
        if self.chunked:
            how = b"transfer-encoding: chunked\r\n"
            part = b"%x\r\n%b\r\n" % (len(part), part)
        else:
            how, self.keeps = b"", False
        head = STATUS.get(status) or b"HTTP/1.1 %d \r\n" % status
        self.connection.transport.write(b"".join((head, lines, how, self._last(), part)))

    def write(self, part: bytes) -> None:
        """Send some more bytes, at least one."""
        if self.chunked:
            part = b"%x\r\n%b\r\n" % (len(part), part)
        self.connection.transport.write(part)

    def end(self) -> None:
        """The answer is whole."""
        if self.chunked:
            self.connection.transport.write(LAST_CHUNK)
        self._end()

    def abort(self) -> None:
        """The answer will never be whole, and the client must see that."""
        self.ended = True
        self.connection.close()

    def _last(self) -> bytes:
        if self.connection.server.draining:
            self.keeps = False
        return b"\r\n" if self.keeps else b"connection: close\r\n\r\n"

    def _end(self) -> None:
        self.ended = True
        if not self.keeps:
            self.connection.close()


class Connection(asyncio.Protocol):
    """One client's connection; httptools calls the `on_` methods while it parses."""

    def __init__(self, server: Inbound) -> None:
        self.server = server
        self.parser = httptools.HttpRequestParser(self)
        self.transport: asyncio.Transport
        self.exchange: Exchange | None = None  # being read
        self.task: asyncio.Task[None] | None = None  # answering
        self.answering: Exchange | None = None
        self.waiting: deque[Exchange] = deque()
        self.until = 0.0  # when it is too late for what comes next, in the loop's time
        self.size = 0  # of the head or the body that is being read
        self.most = 0
        self.parts: list[bytes] = []
        self.url = b""
        self.refused = False  # what still comes in is not read
        self.source: Answer | None = None  # of what is written; it waits for a slow client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open: the first request has its time."""
        self.transport = transport  # type: ignore[assignment]  # uvloop's is no subclass
        self.until = self.server.loop.time() + HEAD_S
        self.server.connections.add(self)
        if len(self.server.connections) > MOST:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone: whoever answers it may stop."""
        self.server.connections.discard(self)
        self.waiting.clear()
        if self.answering is not None and self.task is not None:
            self.answering.gone = True
            self.task.cancel()

    def close(self) -> None:
        """Send what is written, then close.

        After a refusal only our side of it: a connection that is closed while more comes in is
        reset, and the client may lose the answer.
        """
        self.waiting.clear()
        if self.refused:
            self.transport.write_eof()
        else:
            self.transport.close()

    def pause_writing(self) -> None:
        """The client does not read fast enough."""
        if self.source is not None:
            self.source.hold(True)
        self.until = self.server.loop.time() + STALL_S

    def resume_writing(self) -> None:
        """It reads again."""
        if self.source is not None:
            self.source.hold(False)
        self.until = float("inf")

    def data_received(self, data: bytes) -> None:
        """Read on; refuse what cannot be read."""
        if self.refused:
            return
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError as error:
            cause = error.__context__
            why = cause if isinstance(cause, Refused) else None
            self._refuse(why or Refused(400, "bad_request", f"this is no HTTP/1.1: {error}"))

    def on_message_begin(self) -> None:
        """A request begins."""
        self.exchange = Exchange(self)
        self.size, self.url = 0, b""
        if self.answering is None:
            self.until = self.server.loop.time() + HEAD_S

    def on_url(self, url: bytes) -> None:
        """Take some of its address."""
        self.url += url
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a line of its head; of several with one name, the last counts."""
        assert self.exchange is not None
        headers = self.exchange.headers
        headers[name.lower()] = value
        self._count(len(name) + len(value) + LINE_BYTES)

    def _count(self, size: int) -> None:
        self.size += size
        if self.size > HEAD_BYTES:
            raise Refused(431, "too_large", "the head of the request is too large")

    def on_headers_complete(self) -> None:
        """Admit it, or raise Refused, which ends the reading."""
        exchange = self.exchange
        assert exchange is not None
        if self.parser.should_upgrade():  # the parser would take the body for the other protocol
            raise Refused(400, "bad_request", "HTTP/1.1 alone is spoken here: send no Upgrade")
        exchange.method = self.parser.get_method().decode("latin-1")
        exchange.chunked = self.parser.get_http_version() != "1.0"
        path, _, exchange.query = self.url.partition(b"?")
        exchange.path = path.decode("latin-1")
        self.size, self.parts = 0, []
        self.most = self.server.app.admit(exchange)
        length = exchange.headers.get(b"content-length")
        if length is not None:
            self._fits(int(length))
        if exchange.headers.get(b"expect", b"").lower() == b"100-continue":
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self.answering is None:
            self.until = self.server.loop.time() + BODY_S

    def on_body(self, body: bytes) -> None:
        """Take some of its body."""
        self.size += len(body)
        self._fits(self.size)
        self.parts.append(body)

    def _fits(self, size: int) -> None:
        if size > self.most:
            raise Refused(413, "too_large", f"the body is larger than {self.most} bytes")

    def on_message_complete(self) -> None:
        """It is whole: answer it, after those before it."""
        exchange, self.exchange = self.exchange, None
        assert exchange is not None
        parts = self.parts
        exchange.body = parts[0] if len(parts) == 1 else b"".join(parts)
        exchange.keeps = self.parser.should_keep_alive()
        if self.answering is None:
            self._start(exchange)
        elif len(self.waiting) < PIPELINED:
            self.waiting.append(exchange)
        else:
            raise Refused(429, "too_many_requests", "too many requests at once on one connection")

    def _start(self, exchange: Exchange) -> None:
        self.answering = exchange
        self.until = float("inf")  # the answer has deadlines of its own
        self.task = self.server.loop.create_task(self._answer(exchange))

    async def _answer(self, exchange: Exchange) -> None:
        try:
            await self.server.app.answer(exchange)
        except asyncio.CancelledError:
            if not exchange.gone:
                raise
        finally:
            self.answering = self.source = None
            if not exchange.ended and not exchange.gone:
                self.transport.abort()
            self._next()

    def _next(self) -> None:
        if self.transport.is_closing():
            return
        if self.waiting:
            self._start(self.waiting.popleft())
        else:
            self.until = self.server.loop.time() + IDLE_S

    def _refuse(self, refused: Refused) -> None:
        """Say what is wrong with a request that is not read on."""
        if self.transport.is_closing():
            return
        if self.answering is not None:  # an answer is on its way; nothing can be said between
            self.transport.abort()
            return
        exchange = self.exchange or Exchange(self)
        exchange.keeps = False
        self.refused = True
        self.until = self.server.loop.time() + LINGER_S
        exchange.reply(refused.reply)


class Inbound:
    """The server: its connections, and the sweep over them."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.loop = asyncio.get_running_loop()
        self.connections: set[Connection] = set()
        self.draining = False

    def sweep(self, now: float) -> None:
        """Close what is too slow or idle for too long."""
        for connection in [one for one in self.connections if one.until < now]:
            connection.transport.abort()

    async def drain(self, within_s: float) -> None:
        """Let what is being answered end; close the rest."""
        self.draining = True
        ends = self.loop.time() + within_s
        while self.connections and self.loop.time() < ends:
            for connection in list(self.connections):
                if connection.answering is None and not connection.waiting:
                    connection.close()
            await asyncio.sleep(0.02)
        for connection in list(self.connections):
            connection.transport.abort()
