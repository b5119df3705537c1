"""Small HTTP for the router's own endpoints: a request that is read whole, a reply that is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

if TYPE_CHECKING:
    from oilstone_registry.router.inbound import Exchange
    from oilstone_registry.router.router import Router

JSON = (b"content-type", b"application/json")
SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)


class Request:
    """A request to an endpoint of ours; `body` is whole, `key` its API key if one was needed."""

    __slots__ = ("body", "headers", "key", "method", "path", "query")

    def __init__(self, exchange: Exchange) -> None:
        self.method = exchange.method
        self.path = exchange.path
        self.query = exchange.query
        self.headers = exchange.headers
        self.body = exchange.body
        self.key = exchange.key


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
        self.status, self.code, self.message = status, code, message
        self.headers = [JSON]
        if retry_s is not None:
            self.headers.append((b"retry-after", b"%d" % retry_s))
        if status == 401:
            self.headers.append((b"www-authenticate", b"Bearer"))

    @property
    def reply(self) -> Reply:
        """The error in OpenAI's shape."""
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        error = {"message": self.message, "type": kind, "param": None, "code": self.code}
        return Reply(self.status, orjson.dumps({"error": error}), self.headers)


def json(value: Any, status: int = 200) -> Reply:
    """Return a value as a reply."""
    return Reply(status, orjson.dumps(value))
