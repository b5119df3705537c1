"""The ASGI application: the hot path first, then the router's own endpoints."""

from __future__ import annotations

import logging

from oilstone_registry.router import endpoints
from oilstone_registry.router.answer import Failure
from oilstone_registry.router.forward import PATHS, Forward
from oilstone_registry.router.keys import INFERENCE, Key
from oilstone_registry.router.router import Router
from oilstone_registry.router.web import (
    Endpoint,
    Receive,
    Refused,
    Reply,
    Request,
    Scope,
    Send,
    read_body,
    send_reply,
)

SMALL = 1024 * 1024  # bytes of a body to an endpoint of ours

log = logging.getLogger("oilstone.router")


class App:
    """Answers requests for a router."""

    def __init__(self, router: Router, more: dict[tuple[str, str], Endpoint] | None = None) -> None:
        self.router = router
        self.endpoints = endpoints.ENDPOINTS | (more or {})
        self.paths = {path for _, path in self.endpoints} | set(PATHS)
        self._hot = frozenset(PATHS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        try:
            headers = dict(scope["headers"])
            if scope["path"] in self._hot and scope["method"] == "POST":
                await self._forward(scope, headers, receive, send)
            else:
                await send_reply(send, await self._own(scope, headers, receive))
        except Refused as refused:
            self.router.stats.refused[refused.code] += 1
            await send_reply(send, refused.reply)
        except Failure:  # in the middle of an answer: the connection ends, and so it is seen
            return
        except ConnectionError:  # the client went before it had said all
            return

    async def _forward(
        self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send
    ) -> None:
        key = self._key(headers, INFERENCE)
        if key.in_flight >= key.most:
            raise Refused(429, "too_many_requests", f"{key.name}: {key.most} at a time", 1)
        if self.router.draining:
            raise Refused(503, "draining", "this router is about to end", 1)
        key.in_flight += 1
        try:
            await Forward(self.router, scope["path"], headers, receive, send).run()
        finally:
            key.in_flight -= 1

    def _key(self, headers: dict[bytes, bytes], scope: str) -> Key:
        """Return the key of a request; raises Refused 401 without one, 403 for the wrong scope."""
        key = self.router.keys.find(headers.get(b"authorization"))
        if key is None:
            raise Refused(401, "invalid_api_key", "send a key: Authorization: Bearer osk-…")
        if scope not in key.scopes:
            raise Refused(403, "wrong_scope", f"this needs a key with the scope {scope}")
        return key

    async def _own(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> Reply:
        """Answer one of our own endpoints."""
        method, path = scope["method"], scope["path"]
        found = self.endpoints.get(("GET" if method == "HEAD" else method, path))
        if found is None and path in self.paths:
            known = [known for known, at in self.endpoints if at == path]
            allowed = ", ".join(known) or "POST"
            reply = Refused(405, "wrong_method", f"{path} takes {allowed}").reply
            return reply._replace(headers=[*reply.headers, (b"allow", allowed.encode())])
        if found is None:
            raise Refused(404, "not_found", f"there is nothing at {path[:80]!r}")
        key = None if found.scope is None else self._key(headers, found.scope)
        body = await read_body(headers, receive, SMALL)
        try:
            return await found.handler(self.router, Request(scope, headers, body, key))
        except Refused:
            raise
        except Exception:
            log.exception("%s %s", method, path)
            return Refused(500, "bug", "this is a bug in Oilstone; its log says more").reply
