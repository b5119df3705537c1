"""A client that costs little: keeps connections, sends one body again and again, notes times."""

import asyncio
import time


class Connection(asyncio.Protocol):
    """One kept connection; an answer ends by its content-length or its last chunk."""

    def __init__(self):
        self.data = b""
        self.done = None
        self.first_at = None

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, exc):
        if self.done is not None and not self.done.done():
            self.done.set_exception(exc or ConnectionError("closed"))

    def data_received(self, data):
        self.data += data
        end = self.data.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.data[:end].lower()
        if self.first_at is None and len(self.data) > end + 4:
            self.first_at = time.perf_counter()
        length = head.find(b"content-length:")
        if length >= 0:
            size = int(head[length + 15 :].split(b"\r\n", 1)[0])
            whole = len(self.data) >= end + 4 + size
        else:
            whole = self.data.endswith(b"0\r\n\r\n")
        if whole and not self.done.done():
            self.done.set_result(self.data)

    async def ask(self, request):
        """Send; return seconds to the first byte of the body, to the last one, and the answer."""
        self.data, self.first_at = b"", None
        self.done = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        self.transport.write(request)
        answer = await self.done
        ended = time.perf_counter()
        return self.first_at - began, ended - began, answer


def request(body, key=None, path="/v1/chat/completions"):
    """Return a whole HTTP request."""
    lines = [f"POST {path} HTTP/1.1", "host: bench", "content-type: application/json"]
    if key:
        lines.append(f"authorization: Bearer {key}")
    lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def play(port, request, count, at_once):
    """Send `count` requests over `at_once` connections; return (first, last) seconds of each."""
    loop = asyncio.get_running_loop()
    left, taken = [count], []

    async def one():
        _, connection = await loop.create_connection(Connection, "127.0.0.1", port)
        while left[0] > 0:
            left[0] -= 1
            first, last, answer = await connection.ask(request)
            assert answer.startswith(b"HTTP/1.1 200"), answer[:500]
            taken.append((first, last, answer))
        connection.transport.close()

    await asyncio.gather(*(one() for _ in range(at_once)))
    return taken
