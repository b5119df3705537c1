"""The router's HTTP server: what clients do on a connection, rightly and wrongly."""

import json
import socket

import pytest


def asking(halves, stream=False, **headers):
    """A whole request as bytes."""
    body = json.dumps(
        {"model": "rust-tiny", "messages": [{"role": "user", "content": "x"}], "stream": stream}
    ).encode()
    lines = [f"authorization: Bearer {halves.keys['inference']}", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join(["POST /v1/chat/completions HTTP/1.1", "host: x", *lines, "", ""])
    return head.encode() + body


def connected(front):
    return socket.create_connection(("127.0.0.1", front.port), 10)


def heard(connection, until, within=10.0):
    """Read until something was heard."""
    connection.settimeout(within)
    data = b""
    while until not in data:
        part = connection.recv(65536)
        assert part, data
        data += part
    return data


def test_requests_that_come_at_once_are_answered_in_turn(halves):
    with connected(halves) as connection:
        health = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n"
        connection.sendall(asking(halves) + health + asking(halves, connection="close"))
        data = b""
        while part := connection.recv(65536):
            data += part
    assert data.count(b"HTTP/1.1 200 OK") == 3
    assert data.index(b'"chat.completion"') < data.index(b'"ok"') < data.rindex(b"x-specialist")


def test_who_asks_for_another_protocol_is_told_that_there_is_none(halves):
    with connected(halves) as connection:
        connection.sendall(asking(halves, connection="Upgrade", upgrade="h2c"))
        assert b"send no Upgrade" in heard(connection, b"}}")


def test_the_first_event_is_passed_on_before_the_last_one_has_come(sqlite, standin, front):
    sqlite.production("old")
    serve = front(sqlite, standin.url).ready()
    standin.faults({"chunk_delay_s": 0.05})
    with connected(serve) as connection:
        connection.sendall(asking(serve, stream=True))
        assert b"[DONE]" not in heard(connection, b"data:")
        assert heard(connection, b"[DONE]")


def test_a_request_may_come_byte_by_byte(halves):
    with connected(halves) as connection:
        for byte in asking(halves, connection="close"):
            connection.sendall(bytes([byte]))
        assert b"HTTP/1.1 200 OK" in heard(connection, b"}")


def test_who_waits_to_be_told_to_go_on_is_told(halves):
    head, _, body = asking(halves, expect="100-continue").partition(b"\r\n\r\n")
    with connected(halves) as connection:
        connection.sendall(head + b"\r\n\r\n")
        assert heard(connection, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert b"HTTP/1.1 200 OK" in heard(connection, b"}")


def test_nothing_is_read_of_whom_has_no_key(halves):
    with connected(halves) as connection:
        length = b"content-length: 8000000\r\nexpect: 100-continue\r\n"
        connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\n" + length + b"\r\n")
        assert heard(connection, b"}").startswith(b"HTTP/1.1 401 ")


def test_a_head_has_no_body_in_its_answer(halves):
    with connected(halves) as connection:
        request = b"HEAD /health HTTP/1.1\r\nconnection: close\r\n\r\n"
        connection.sendall(request)
        data = heard(connection, b"\r\n\r\n")
        assert data.endswith(b"\r\n\r\n")
        assert b"content-length: 15\r\n" in data
        assert connection.recv(10) == b""


@pytest.mark.parametrize(
    "lines",
    [
        b"content-length: 5\r\ncontent-length: 6\r\n",
        b"content-length: 5\r\ntransfer-encoding: chunked\r\n",
        b"content-length: -1\r\n",
        b"transfer-encoding: chunked, identity\r\n",
        b"a b: c\r\n",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(halves, lines):
    with connected(halves) as connection:
        key = f"authorization: Bearer {halves.keys['inference']}\r\n".encode()
        connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\n" + key + lines + b"\r\nabcdef")
        assert heard(connection, b"}").startswith(b"HTTP/1.1 400 ")


def test_a_server_does_not_go_on_for_a_client_that_has_gone(sqlite, standin, front):
    sqlite.production("old")
    serve = front(sqlite, standin.url).ready()
    standin.faults({"delay_s": 50})

    def in_flight(number):
        metrics = serve.call("GET", "/metrics", scope=None)[2].decode()
        return f'oilstone_in_flight{{replica="{standin.url}"}} {number}.0\n' in metrics

    with connected(serve) as connection:
        connection.sendall(asking(serve, stream=True))
        serve.wait(lambda: in_flight(1))
    serve.wait(lambda: in_flight(0))
