"""The router's own endpoints of the API: models, outcomes, health."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import orjson

from oilstone_registry import results
from oilstone_registry.router import assignments, openapi
from oilstone_registry.router.keys import INFERENCE, OUTCOMES
from oilstone_registry.router.outcomes import Stored
from oilstone_registry.router.router import Router
from oilstone_registry.router.web import Endpoint, Refused, Reply, Request, json
from oilstone_schemas.command import OilstoneError

MOST = 500  # outcomes in one request
WAIT_S = 35.0  # for the disk, or for whoever holds the database
KINDS = ("user", "test", "judged")
FIELDS = {"assignment", "outcome", "kind", "confidence", "latency_ms"}


async def models(router: Router, request: Request) -> Reply:
    """List the specialists, as OpenAI lists models."""
    found = [
        {"id": name, "object": "model", "created": 0, "owned_by": "oilstone"}
        for name in [*sorted(router.routes), *(["auto"] if router.domains is not None else [])]
    ]
    return json({"object": "list", "data": found})


async def described(router: Router, request: Request) -> Reply:
    """Describe the endpoints."""
    return json(openapi.document())


async def health(router: Router, request: Request) -> Reply:
    """Say whether the process lives."""
    return json({"status": "draining" if router.draining else "ok"})


async def ready(router: Router, request: Request) -> Reply:
    """Say whether every production version is ready somewhere: 200, else 503."""
    lacking = [
        name for name, one in router.snapshot.specialists.items()
        if one.production.served not in router.fleet.ready
    ]  # fmt: skip
    good = not lacking and not router.draining
    said = {"ready": good, "draining": router.draining, "not_ready": sorted(lacking)}
    return json(said, 200 if good else 503)


async def outcomes(router: Router, request: Request) -> Reply:
    """Take an outcome, or a list of them; each is acknowledged when it is stored."""
    try:
        given = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise Refused(400, "bad_request", f"the body is no JSON: {error}") from None
    if not isinstance(given, list):
        return await _one(router, given)
    if not 0 < len(given) <= MOST:
        raise Refused(400, "bad_request", f"send 1 to {MOST} outcomes at a time")
    said = await asyncio.gather(*(_told(router, one) for one in given))
    worst = 503 if any(one["result"] == "unstored" for one in said) else 200
    return json({"results": said}, worst)


async def _one(router: Router, given: Any) -> Reply:
    stored = await _stored(router, given)
    if stored.reason is not None:
        raise Refused(409, "refused", stored.reason)
    return json({"result": stored.result})


async def _told(router: Router, given: Any) -> dict[str, Any]:
    try:
        stored = await _stored(router, given)
    except Refused as refused:
        result = "unstored" if refused.status == 503 else "refused"
        return {"result": result, "code": refused.code, "reason": refused.message}
    return {"result": stored.result} | ({"reason": stored.reason} if stored.reason else {})


async def _stored(router: Router, given: Any) -> Stored:
    row = _row(router, given)
    future = router.recorder.offer(row)
    if future is None:
        raise Refused(503, "full", "too many outcomes are waiting; send this one again", 1)
    try:
        async with asyncio.timeout(WAIT_S):
            return await future
    except (OilstoneError, TimeoutError) as error:
        why = str(error) or f"the registry did not take it within {WAIT_S:g} s"
        raise Refused(503, "not_stored", f"{why}; send this one again", 1) from None


def _row(router: Router, given: Any) -> dict[str, Any]:
    """Return the row of outcome.v1 that a client's words stand for; raises Refused."""
    problem = _problem(given)
    if problem is not None:
        raise Refused(400, "bad_request", problem)
    try:
        assigned = assignments.read(router.secret, given["assignment"])
    except OilstoneError as error:
        raise Refused(400, "bad_assignment", str(error)) from None
    _in_time(router, assigned.time)
    row: dict[str, Any] = assigned._asdict() | {"kind": "user"} | given
    del row["assignment"]
    row["outcome"] = float(row["outcome"])
    if row.get("latency_ms") is None:
        row["latency_ms"] = router.recorder.latencies.get(assigned.request_id)
    return row


def _in_time(router: Router, at: str) -> None:
    window = router.settings.outcome_window_s
    if time.time() - results.seconds(at) > window:
        raise Refused(410, "too_late", f"an outcome counts within {window:g} s of its answer")


def _problem(given: Any) -> str | None:
    if not isinstance(given, Mapping):
        return "an outcome is a JSON object"
    if unknown := given.keys() - FIELDS:
        return f"unknown: {', '.join(sorted(unknown))[:80]}; known: {', '.join(sorted(FIELDS))}"
    if not isinstance(given.get("assignment"), str):
        return "assignment: send the x-assignment header of the answer"
    if given.get("kind", "user") not in KINDS:
        return f"kind: one of {', '.join(KINDS)}; the others are not a client's to give"
    if not _between(given.get("outcome"), 1):
        return "outcome: a number from 0 (failure) to 1 (success)"
    if not _between(given.get("confidence", 0) or 0, 1):
        return "confidence: a number from 0 to 1, or null"
    if not _between(given.get("latency_ms", 0) or 0, 1e9):
        return "latency_ms: a number of milliseconds, not negative, or null"
    return None


def _between(value: Any, most: float) -> bool:
    return isinstance(value, bool | int | float) and 0 <= value <= most


ENDPOINTS: dict[tuple[str, str], Endpoint] = {
    ("GET", "/v1/models"): Endpoint(INFERENCE, models),
    ("POST", "/v1/outcomes"): Endpoint(OUTCOMES, outcomes),
    ("GET", "/openapi.json"): Endpoint(None, described),
    ("GET", "/health"): Endpoint(None, health),
    ("GET", "/ready"): Endpoint(None, ready),
}
