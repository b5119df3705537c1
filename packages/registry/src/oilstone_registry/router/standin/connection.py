"""HTTP/1.1 of the stand-in: written out by hand, so that it can also be got wrong on demand."""

from __future__ import annotations

import asyncio

from oilstone_registry.router.standin.faults import Fault
from oilstone_registry.router.standin.server import Reply, Server

GARBAGE = b"\x00\xffthis is no HTTP\r\n\r\n" * 8
STREAM = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)


async def listen(server: Server, port: int, chunk_s: float) -> asyncio.Server:
    """Serve on a port of 127.0.0.1 (0: a free one); `chunk_s` seconds between two chunks."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: _Connection(server, chunk_s), "127.0.0.1", port, backlog=1024
    )


class _Connection(asyncio.Protocol):
    """One client; its requests are answered in turn. httptools calls the `on_` methods."""

    def __init__(self, server: Server, chunk_s: float) -> None:
        import httptools

        self.server, self.chunk_s = server, chunk_s
        self.parser = httptools.HttpRequestParser(self)
        self.waiting: asyncio.Queue[tuple[str, str, bytes, str | None]] = asyncio.Queue()
        self.task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.task = asyncio.get_running_loop().create_task(self._serve())

    def connection_lost(self, exc: Exception | None) -> None:
        if self.task is not None:
            self.task.cancel()

    def data_received(self, data: bytes) -> None:
        import httptools

        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.close()

    def on_message_begin(self) -> None:
        self.url, self.body = b"", bytearray()
        self.key: str | None = None

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"authorization":
            self.key = value.decode("latin-1").removeprefix("Bearer ")

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        method = self.parser.get_method().decode()
        path = self.url.decode("latin-1").partition("?")[0]
        self.waiting.put_nowait((method, path, bytes(self.body), self.key))

    async def _serve(self) -> None:
        while True:
            method, path, body, key = await self.waiting.get()
            await self._send(self._reply(method, path, body, key))

    def _reply(self, method: str, path: str, body: bytes, key: str | None) -> Reply:
        import orjson

        try:
            return self.server.reply(method, path, orjson.loads(body or b"{}"), key)
        except (ValueError, TypeError) as error:
            return Reply(400, {"error": {"message": str(error), "code": 400}})

    async def _send(self, reply: Reply) -> None:
        fault = reply.fault
        if fault.hang:
            await asyncio.Event().wait()
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        if fault.garbage:
            self.transport.write(GARBAGE)
            self.transport.close()
        elif fault.status:
            self._whole(fault.status, {"error": {"message": "on demand", "code": fault.status}})
        elif reply.stream is None:
            self._whole(reply.status, reply.body, half=fault.cut_after is not None)
        else:
            await self._stream(reply, fault)

    def _whole(self, status: int, body: object, *, half: bool = False) -> None:
        import orjson

        content = orjson.dumps(body)
        head = f"HTTP/1.1 {status} -\r\ncontent-type: application/json\r\n"
        head += f"content-length: {len(content)}\r\n\r\n"
        self.transport.write(head.encode() + (content[: len(content) // 2] if half else content))
        if half:
            self.transport.close()

    async def _stream(self, reply: Reply, fault: Fault) -> None:
        import orjson

        assert reply.stream is not None
        self.transport.write(STREAM)
        for number, chunk in enumerate(reply.stream):
            if fault.cut_after == number:
                self.transport.close()
                return
            await asyncio.sleep(fault.chunk_delay_s or self.chunk_s)
            self._part(b"data: " + orjson.dumps(chunk) + b"\n\n")
        self._part(b"data: [DONE]\n\n")
        self.transport.write(b"0\r\n\r\n")

    def _part(self, data: bytes) -> None:
        self.transport.write(b"%x\r\n%b\r\n" % (len(data), data))
