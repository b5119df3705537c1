"""A client that reads slowly makes the server wait; nothing piles up, and nothing is lost."""

import asyncio

from sweeping import sweep

from oilstone_registry.router.inbound import Connection, Inbound
from oilstone_registry.router.upstream import Client, Deadlines

PART = b"x" * 65536
PARTS = 400
DEADLINES = Deadlines(connect=1.0, first=5.0, stall=0.3, total=30.0)


class PassOn:
    """Passes every request on, as the router does with a stream."""

    def __init__(self, client):
        self.client = client

    def admit(self, exchange):
        return 0

    async def answer(self, exchange):
        answer = await self.client.send("GET", "/", b"")
        exchange.begin(200, b"", await answer.read())
        exchange.connection.source = answer
        await answer.pour(exchange.write)
        exchange.end()


def test_a_slow_reader_gets_all_of_it_and_its_server_waits():
    sent = 0

    async def upstream(reader, writer):
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % (len(PART) * PARTS))
        for _ in range(PARTS):
            writer.write(PART)
            await writer.drain()
            sent += len(PART)
        writer.close()

    async def run():
        loop = asyncio.get_running_loop()
        behind = await asyncio.start_server(upstream, "127.0.0.1", 0)
        client = Client(f"http://127.0.0.1:{behind.sockets[0].getsockname()[1]}", DEADLINES)
        inbound = Inbound(PassOn(client))
        front = await loop.create_server(lambda: Connection(inbound), "127.0.0.1", 0)
        sweeping = asyncio.create_task(sweep(client))
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", front.sockets[0].getsockname()[1], limit=1024
        )
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        await asyncio.sleep(1.0)  # longer than a server may stall
        before, got = sent, 0
        while part := await reader.read(1 << 20):
            got += part.count(b"x")
        sweeping.cancel()
        writer.close()
        client.close()
        front.close()
        behind.close()
        await asyncio.sleep(0.05)
        return before, got

    before, got = asyncio.run(run())
    assert got == len(PART) * PARTS
    assert before < got
