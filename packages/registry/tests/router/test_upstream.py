"""The client of upstream servers, against real sockets that do what servers must not."""

import asyncio

import pytest
from sweeping import sweep

from oilstone_registry.router.answer import Failure
from oilstone_registry.router.upstream import Client, Deadlines, place
from oilstone_schemas.command import OilstoneError

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
QUICK = Deadlines(connect=1.0, first=0.3, stall=0.3, total=2.0)


def talk(*scripts, asks=1):
    """Serve one script per connection; ask so often; return the bodies or the failures' kinds.

    A script is bytes to send after each request, or a list of parts; None says nothing more.
    """
    left = list(scripts)
    connections = 0

    async def serve(reader, writer):
        nonlocal connections
        connections += 1
        script = left.pop(0) if len(left) > 1 else left[0]
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                for part in script if isinstance(script, list) else [script]:
                    if part is None:
                        await reader.read()
                    elif part == "close":
                        return
                    else:
                        writer.write(part)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def run():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        client = Client(f"http://127.0.0.1:{port}", QUICK)
        sweeping = asyncio.create_task(sweep(client))
        found = [await ask(client) for _ in range(asks)]
        sweeping.cancel()
        client.close()
        server.close()
        await asyncio.sleep(0.02)  # the handlers see it
        return found, connections, client

    return asyncio.run(run())


async def ask(client):
    try:
        answer = await client.send("GET", "/x", b"")
        return await answer.whole(1000)
    except Failure as failure:
        return failure.kind


def test_a_connection_is_kept_for_the_next_request():
    found, connections, client = talk(OK, asks=5)
    assert (found, connections) == ([b"ok"] * 5, 1)
    assert not client.active


def test_a_connection_that_was_closed_meanwhile_is_replaced():
    found, connections, _ = talk([OK, "close"], asks=3)
    assert (found, connections) == ([b"ok"] * 3, 3)


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (["close"], "closed"),
        ([None], "timeout"),
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc", None], "timeout"),
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc", "close"], "broken"),
        ([CHUNKED + b"3\r\nabc\r\n", "close"], "broken"),
        ([b"\x00\xff nonsense\r\n\r\n"], "garbage"),
        ([CHUNKED + b"zz\r\n"], "garbage"),
        ([b"HTTP/1.1 200 OK\r\n" + b"x-a: " + b"a" * 70_000 + b"\r\n\r\n"], "garbage"),
        ([CHUNKED + b"7d0\r\n" + b"a" * 2000 + b"\r\n0\r\n\r\n"], "garbage"),
    ],
)
def test_what_goes_wrong_has_a_name(script, kind):
    found, _, client = talk(script)
    if kind == "garbage" and isinstance(found[0], bytes):
        found = ["garbage" if len(found[0]) > 1000 else found[0]]
    assert found == [kind]
    assert not client.active


def test_an_answer_may_end_with_its_connection():
    found, _, _ = talk([b"HTTP/1.1 200 OK\r\n\r\nall of it", "close"])
    assert found == [b"all of it"]


def test_an_interim_answer_is_passed_over():
    found, _, _ = talk(b"HTTP/1.1 100 Continue\r\n\r\n" + OK)
    assert found == [b"ok"]


def test_no_server_is_a_failure_to_connect():
    async def run():
        return await ask(Client("http://127.0.0.1:1", QUICK))

    assert asyncio.run(run()) == "connect"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://a:8000", ("a", 8000, False, "")),
        ("http://a:8000/v1/", ("a", 8000, False, "")),
        ("https://a/vllm", ("a", 443, True, "/vllm")),
        ("http://[::1]:9", ("::1", 9, False, "")),
    ],
)
def test_an_address_is_read(url, found):
    one = place(url)
    assert (one.host, one.port, one.tls, one.path) == found


@pytest.mark.parametrize("url", ["a:80", "ftp://a", "http://", "http://u:p@a", "http://a:x"])
def test_another_address_is_refused(url):
    with pytest.raises(OilstoneError, match="upstream"):
        place(url)
