"""Small HTTP for the router's own endpoints: a request that is read whole, a reply that is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

if TYPE_CHECKING:
    from oilstone_registry.router.keys import Key
    from oilstone_registry.router.router import Router

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
JSON = (b"content-type", b"application/json")
SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)


class Request:
    """A request to an endpoint of ours; `body` is whole, `key` its API key if one was needed."""

    __slots__ = ("body", "headers", "key", "method", "path", "query")

    def __init__(self, scope: Scope, headers: dict[bytes, bytes], body: bytes, key: Key | None):
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.headers = headers
        self.body = body
        self.key = key


class Reply(NamedTuple):
    """What an endpoint answers."""

    status: int
    body: bytes
    headers: Sequence[tuple[bytes, bytes]] = (JSON,)


class Endpoint(NamedTuple):
    """A handler and the scope of the key it asks for; None asks for none."""

    scope: str | None
    handler: Callable[[Router, Request], Awaitable[Reply]]


class Refused(Exception):
    """A request that is answered with an error instead of being passed on."""

    def __init__(self, status: int, code: str, message: str, retry_s: int | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.retry_s = status, code, message, retry_s

    @property
    def reply(self) -> Reply:
        """The error in OpenAI's shape."""
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        error = {"message": self.message, "type": kind, "param": None, "code": self.code}
        headers = [JSON]
        if self.retry_s is not None:
            headers.append((b"retry-after", b"%d" % self.retry_s))
        if self.status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        return Reply(self.status, orjson.dumps({"error": error}), headers)


def json(value: Any, status: int = 200) -> Reply:
    """Return a value as a reply."""
    return Reply(status, orjson.dumps(value))


async def send_reply(send: Send, reply: Reply, *more: tuple[bytes, bytes]) -> None:
    """Send a reply whole; `more` are further headers."""
    length = (b"content-length", b"%d" % len(reply.body))
    headers = [*reply.headers, length, *SAFE, *more]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


async def read_body(headers: dict[bytes, bytes], receive: Receive, most: int) -> bytes:
    """Return the whole body; raises Refused (413, 415) and ConnectionError when the client goes."""
    if headers.get(b"content-encoding", b"identity") != b"identity":
        raise Refused(415, "compressed", "the body must not be compressed")
    length = headers.get(b"content-length", b"0")
    message = await receive() if len(length) < 16 and int(length) <= most else _large(most)
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        if message["type"] == "http.disconnect":
            raise ConnectionError
        return body
    parts, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        parts.append(message["body"])
        size += len(parts[-1])
        if size > most:
            _large(most)
    return b"".join(parts)


def _large(most: int) -> Message:
    raise Refused(413, "too_large", f"the body is larger than {most} bytes")
