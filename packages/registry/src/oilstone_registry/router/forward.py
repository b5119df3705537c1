"""The hot path: a request to the version that should answer it, and the answer back, unbuffered."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from oilstone_registry.assignment import CANDIDATE, Assignment
from oilstone_registry.router import attempt, body, domains
from oilstone_registry.router.answer import TIMEOUT, Failure
from oilstone_registry.router.assignments import sign
from oilstone_registry.router.attempt import Opened
from oilstone_registry.router.inbound import Exchange
from oilstone_registry.router.outcomes import SYSTEM
from oilstone_registry.router.routing import Arm, Choice, Route
from oilstone_registry.router.state import Replica
from oilstone_registry.router.web import Refused
from oilstone_schemas.command import OilstoneError

if TYPE_CHECKING:
    from oilstone_registry.router.router import Router

PATHS = ("/v1/chat/completions", "/v1/completions", "/v1/embeddings")
AUTO = "auto"
KEPT = 1 << 20  # bytes of an answer that is kept for the judge
ENDS = (b"data: [DONE]", b"data:[DONE]")
_STATUS = {TIMEOUT: 504, attempt.FULL: 503, attempt.NONE: 503, attempt.BUSY: 503, "lost": 503}


class _Pump:
    """Writes chunks to the client as they come; remembers how many bytes, and the last ones."""

    __slots__ = ("kept", "last", "size", "write")

    def __init__(self, exchange: Exchange, first: bytes, kept: list[bytes] | None) -> None:
        self.write = exchange.write
        self.size = len(first)
        self.last = first
        self.kept = kept

    def __call__(self, part: bytes) -> None:
        self.write(part)
        self.size += len(part)
        self.last = part if len(part) > 15 else self.last[-16:] + part
        if self.kept is not None and self.size <= KEPT:
            self.kept.append(part)


class Forward:
    """One request on its way."""

    __slots__ = (
        "assigned",
        "body",
        "counted",
        "exchange",
        "extra",
        "first_s",
        "kept",
        "problem",
        "request_id",
        "route",
        "router",
        "said",
        "started",
    )

    def __init__(self, router: Router, exchange: Exchange) -> None:
        self.router = router
        self.exchange = exchange
        self.started = time.monotonic()
        self.request_id = router.request_id()
        self.said = f"x-request-id: {self.request_id}\r\n"  # header lines of the answer
        self.counted = False
        self.assigned: Assignment | None = None
        self.problem = ""
        self.kept: list[bytes] | None = None

    async def run(self) -> None:
        """Answer the request; raises Refused when it cannot be passed on."""
        opened = await self._opened(self._chosen())
        try:
            await self._answer(opened)
        finally:
            opened.leave()

    def _chosen(self) -> Choice:
        """Read the request and choose who answers."""
        router, raw, headers = self.router, self.exchange.body, self.exchange.headers
        try:
            found = body.parse(raw)
            start, end = body.place(raw)
            self.body = raw[:start], raw[end:]
            self.route = self._route(found)
        except OilstoneError as error:
            raise Refused(400, "bad_request", str(error)) from None
        deadlines = router.settings.deadlines
        self.first_s = deadlines.first if found.get("stream") is True else deadlines.total
        self.extra = b"x-request-id: %b\r\n" % self.request_id.encode()
        if (trace := headers.get(b"traceparent")) is not None:
            self.extra += b"traceparent: %b\r\n" % trace
        unit = self._unit(found)
        choice = router.chooser.choose(self.route, unit, self.request_id, self.started)
        self._assign(choice, unit)
        if self.route.shadow is not None:
            router.shadow.offer(self.route.shadow, self.exchange.path, self.body)
        return choice

    def _route(self, found: dict[str, Any]) -> Route:
        """Return where the model's name leads; raises Refused when nowhere."""
        router, name = self.router, found["model"]
        if name == AUTO and router.domains is not None:
            domain = router.domains.classify(domains.text_of(found))
            name = router.domains.specialist(domain.name, router.snapshot)
            shown = domain.name.encode("ascii", "replace").decode()
            self.said += f"x-domain: {shown};confidence={domain.confidence:.4f}\r\n"
        route = router.routes.get(name)
        if route is None:
            known = ", ".join(sorted(router.routes)) or "none yet"
            raise Refused(
                404, "model_not_found", f"there is no specialist {name[:80]!r}; there are: {known}"
            )
        return route

    def _unit(self, found: dict[str, Any]) -> str | None:
        """Return the unit of the experiment's kind, if the request says one."""
        test = self.route.test
        if test is None or test.unit == "request":
            return self.request_id
        given = self.exchange.headers.get(b"x-unit-id")
        if given is not None:
            return given.decode("latin-1")
        user = found.get("user")
        return user if test.unit == "user" and isinstance(user, str) else None

    def _assign(self, choice: Choice, unit: str | None) -> None:
        self.assigned = assigned = choice.assigned
        if assigned is None:
            if unit is None:
                self.said += "x-uncounted: no unit; send x-unit-id\r\n"
            return
        self.said += f"x-assignment: {sign(self.router.secret, assigned)}\r\n"
        problem = self.exchange.headers.get(b"x-oilstone-problem")
        if problem is not None and self.router.judge is not None:
            self.problem, self.kept = problem.decode("latin-1"), []

    async def _opened(self, choice: Choice) -> Opened:
        """Return the first answer that begins well: the chosen arm's, else the production's."""
        try:
            return await self._asked(choice.arm)
        except Failure as failure:
            if choice.arm.name != CANDIDATE or failure.kind == attempt.FULL:
                raise self._unanswered(failure) from None
            self.router.stats.failovers += 1
            self._count_failure()
        route = self.router.routes.get(self.route.specialist.name, self.route)
        arm = self.router.chooser.production(route, time.monotonic())
        self.said += f"x-failover: {arm.label}\r\n"
        try:
            return await self._asked(arm)
        except Failure as failure:
            raise self._unanswered(failure) from None

    async def _asked(self, arm: Arm) -> Opened:
        """Ask replicas for one arm's answer; raises Failure."""
        tried: list[Replica] = []
        raw = arm.model.join(self.body)
        while True:
            replica = self._replica(arm, tried)
            try:
                return await attempt.attempt(
                    arm, replica, self.exchange.path, raw, self.extra, self.first_s
                )
            except Failure as failure:
                tried.append(replica)
                self._failed(arm, replica, failure)
                if not self._again(arm, failure, tried):
                    raise

    def _again(self, arm: Arm, failure: Failure, tried: list[Replica]) -> bool:
        """Tell whether another replica should be asked for the same version.

        A version that has failed on its own has nothing to gain there, unless it is the
        production's, which nothing stands behind.
        """
        retried = failure.kind in attempt.ELSEWHERE
        if arm.name != CANDIDATE and failure.kind.startswith("5"):
            retried = True
        return retried and len(tried) < len(self.router.fleet.replicas)

    def _replica(self, arm: Arm, tried: list[Replica]) -> Replica:
        replica, full = self.router.chooser.replica(arm, time.monotonic(), tried)
        if replica is None:
            if full:
                raise Failure(attempt.FULL, "every server has as many requests as it may have")
            raise Failure(attempt.NONE, f"no server is ready to answer as {arm.label}")
        return replica

    def _failed(self, arm: Arm, replica: Replica, failure: Failure) -> None:
        """Count a failure where it belongs: to the version, and to the server if it is to blame."""
        kind, router = failure.kind, self.router
        arm.tally.failures[kind] += 1
        if kind == attempt.LOST:
            router.fleet.mark(replica, arm.served, None)
            router.changed.set()
        if kind in attempt.NOBODYS:
            return
        blamed = replica if kind in attempt.REPLICAS else None
        router.chooser.failed(blamed, arm.served, time.monotonic())
        if kind not in attempt.ELSEWHERE:
            self._count_failure()

    def _count_failure(self) -> None:
        """Count the request as its arm's failure, whoever answers it after all."""
        if self.assigned is None or self.counted:
            return
        self.counted = True
        latency_ms = (time.monotonic() - self.started) * 1000
        self.router.recorder.saw(self.assigned, 0.0, latency_ms, SYSTEM)

    def _unanswered(self, failure: Failure) -> Refused:
        """Return what the client is told when nobody answers."""
        if failure.kind != attempt.FULL:  # that is ours, and both arms' alike
            self._count_failure()
        self.router.stats.refused[failure.kind] += 1
        status = _STATUS.get(failure.kind, 502)
        retry = 1 if status == 503 else None
        return Refused(status, f"upstream_{failure.kind}", str(failure), retry)

    async def _answer(self, opened: Opened) -> None:
        """Send the answer on as it comes; raises nothing once its first byte is sent."""
        arm, tally, exchange = opened.arm, opened.arm.tally, self.exchange
        tally.first.add(time.monotonic() - self.started)
        self.router.chooser.succeeded(opened.replica, arm.served)
        lines = b"%bcontent-type: %b\r\n" % ((arm.lines + self.said).encode(), opened.kind)
        tally.statuses[opened.status] += 1
        if self.kept is not None:
            self.kept.append(opened.first)
        if opened.whole:
            exchange.whole(opened.status, lines, opened.first)
            tally.bytes += len(opened.first)
        else:
            exchange.begin(opened.status, lines, opened.first)
            try:
                tally.bytes += await self._rest(opened)
            except Failure as failure:
                self._broken(opened, failure)
                return
            exchange.end()
        self._finished(opened)

    async def _rest(self, opened: Opened) -> int:
        """Send chunk after chunk; return how many bytes. Raises Failure when it breaks off."""
        pump = _Pump(self.exchange, opened.first, self.kept)
        self.exchange.connection.source = opened.answer
        await opened.answer.pour(pump)
        if opened.streamed and not pump.last.rstrip().endswith(ENDS):
            raise Failure("unfinished", "the stream ended without [DONE]")
        return pump.size

    def _broken(self, opened: Opened, failure: Failure) -> None:
        """Tell the client in the stream, end it so that it cannot look whole, and count it."""
        self._failed(opened.arm, opened.replica, failure)
        self._count_failure()
        if opened.streamed:
            refused = Refused(502, f"upstream_{failure.kind}", str(failure))
            self.exchange.write(b"\n\ndata: %b\n\n" % refused.reply.body)
        self.exchange.abort()

    def _finished(self, opened: Opened) -> None:
        """Count an answer that came whole."""
        took = time.monotonic() - self.started
        opened.arm.tally.whole.add(took)
        assigned = self.assigned
        if assigned is None or self.counted:
            return
        self.router.recorder.took(assigned.request_id, took * 1000)
        if self.kept is not None and opened.status < 400:
            answer = b"".join(self.kept)
            self.router.judge.offer(assigned, self.problem, answer, opened.streamed, took * 1000)
