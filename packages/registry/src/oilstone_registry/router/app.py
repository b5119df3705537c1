"""The application: who may ask what, the hot path first, then the router's own endpoints."""

from __future__ import annotations

import logging

from oilstone_registry.router import endpoints
from oilstone_registry.router.forward import PATHS, Forward
from oilstone_registry.router.inbound import Exchange
from oilstone_registry.router.keys import INFERENCE, Key
from oilstone_registry.router.router import Router
from oilstone_registry.router.web import Endpoint, Refused, Reply, Request

SMALL = 1024 * 1024  # bytes of a body to an endpoint of ours

log = logging.getLogger("oilstone.router")


class App:
    """Admits and answers requests for a router."""

    def __init__(self, router: Router, more: dict[tuple[str, str], Endpoint]) -> None:
        self.router = router
        self.endpoints = endpoints.ENDPOINTS | more
        self.allowed: dict[str, set[str]] = {path: {"POST"} for path in PATHS}
        for method, path in self.endpoints:
            self.allowed.setdefault(path, set()).add(method)
        self._hot = frozenset(PATHS)

    def admit(self, exchange: Exchange) -> int:
        """Check path, key and room by the head; return the most bytes of body. Raises Refused."""
        try:
            if exchange.path in self._hot and exchange.method == "POST":
                return self._admit_hot(exchange)
            found = self._endpoint(exchange)
            if found.scope is not None:
                exchange.key = self._key(exchange, found.scope)
            return SMALL
        except Refused as refused:
            self.router.stats.refused[refused.code] += 1
            raise

    def _admit_hot(self, exchange: Exchange) -> int:
        key = exchange.key = self._key(exchange, INFERENCE)
        if key.in_flight >= key.most:
            raise Refused(429, "too_many_requests", f"{key.name}: {key.most} at a time", 1)
        if exchange.headers.get(b"content-encoding", b"identity") != b"identity":
            raise Refused(415, "compressed", "the body must not be compressed")
        return self.router.settings.max_body

    async def answer(self, exchange: Exchange) -> None:
        """Answer one request."""
        try:
            if exchange.path in self._hot and exchange.method == "POST":
                await self._forward(exchange)
            else:
                exchange.reply(await self._own(exchange))
        except Refused as refused:
            self.router.stats.refused[refused.code] += 1
            exchange.reply(refused.reply)
        except Exception:
            log.exception("%s %s", exchange.method, exchange.path)
            if exchange.begun:
                exchange.abort()
            else:
                bug = Refused(500, "bug", "this is a bug in Oilstone; its log says more")
                exchange.reply(bug.reply)

    async def _forward(self, exchange: Exchange) -> None:
        key = exchange.key
        assert key is not None  # or it would not have been admitted
        key.in_flight += 1
        try:
            await Forward(self.router, exchange).run()
        finally:
            key.in_flight -= 1

    def _key(self, exchange: Exchange, scope: str) -> Key:
        """Return the key of a request; raises Refused 401 without one, 403 for the wrong scope."""
        key = self.router.keys.find(exchange.headers.get(b"authorization"))
        if key is None:
            raise Refused(401, "invalid_api_key", "send a key: Authorization: Bearer osk-…")
        if scope not in key.scopes:
            raise Refused(403, "wrong_scope", f"this needs a key with the scope {scope}")
        return key

    def _endpoint(self, exchange: Exchange) -> Endpoint:
        method = "GET" if exchange.method == "HEAD" else exchange.method
        found = self.endpoints.get((method, exchange.path))
        if found is not None:
            return found
        if (allowed := self.allowed.get(exchange.path)) is None:
            raise Refused(404, "not_found", f"there is nothing at {exchange.path[:80]!r}")
        methods = ", ".join(sorted(allowed))
        refused = Refused(405, "wrong_method", f"{exchange.path} takes {methods}")
        refused.headers.append((b"allow", methods.encode()))
        raise refused

    async def _own(self, exchange: Exchange) -> Reply:
        return await self._endpoint(exchange).handler(self.router, Request(exchange))
