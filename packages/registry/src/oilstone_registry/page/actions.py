"""The two buttons: promote and roll back, each asked for once more, each with a reason for the log.

What is confirmed is the alias at a generation; when somebody has moved it since, nothing happens.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs

from oilstone_registry import names, promote
from oilstone_registry.audit import Act
from oilstone_registry.page.html import text
from oilstone_registry.page.session import Visitor
from oilstone_registry.router.state import Adapter, Specialist
from oilstone_registry.router.web import Refused, Request
from oilstone_schemas.command import CheckFailed, MissingTool, OilstoneError

if TYPE_CHECKING:
    from oilstone_registry.page.data import Reader
    from oilstone_registry.router.router import Router

PROMOTE, ROLLBACK = "promote", "rollback"
LONGEST = 500  # characters of a reason
FIELDS = ("name", "version", "generation", "reason", "token")


class Order(NamedTuple):
    """What somebody wants; `version` is None for a rollback."""

    name: str
    version: str | None
    generation: int | None
    reason: str | None


def order(request: Request, who: Visitor, action: str) -> Order:
    """Read a form or a JSON object; raises Refused, also for a form that is not of this session."""
    given = _given(request)
    if who.token is not None and not hmac.compare_digest(
        str(given.get("token", "")).encode(), who.token.encode()
    ):
        raise Refused(403, "not_ours", "this form is not of this session; open the page again")
    try:
        name = names.name(str(given.get("name", "")))
        version = names.version(str(given.get("version", ""))) if action == PROMOTE else None
        generation = None if given.get("generation") in (None, "") else int(given["generation"])
    except (OilstoneError, ValueError, TypeError) as error:
        raise Refused(400, "bad_request", str(error)) from None
    reason = str(given.get("reason") or "").strip()[:LONGEST]
    return Order(name, version, generation, reason or None)


def _given(request: Request) -> dict[str, Any]:
    kind = request.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    try:
        if kind == b"application/x-www-form-urlencoded":
            found = parse_qs(request.body.decode(), max_num_fields=20)
            return {key: values[-1] for key, values in found.items()}
        given = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "bad_request", f"the body cannot be read: {error}") from None
    if not isinstance(given, dict) or (unknown := given.keys() - set(FIELDS)):
        hint = f", not {', '.join(sorted(unknown))[:80]}" if isinstance(given, dict) else ""
        raise Refused(400, "bad_request", f"send an object with {', '.join(FIELDS[:4])}{hint}")
    return given


async def perform(router: Router, who: Visitor, action: str, wanted: Order) -> dict[str, Any]:
    """Do it; raises Refused 404 for an unknown name, 409 when the registry refuses."""
    act = Act(who.name, wanted.reason)
    try:
        if action == PROMOTE:
            await _require_ready(router, wanted)
            asked = names.Reference(wanted.name, wanted.version, None)
            row, changed = await asyncio.to_thread(
                promote.promote, router.registry, asked, None, act, generation=wanted.generation
            )
        else:
            row, _ = await asyncio.to_thread(
                promote.rollback, router.registry, wanted.name, act, wanted.generation
            )
            changed = True
    except CheckFailed as error:
        raise Refused(409, "refused", str(error)) from None
    except MissingTool as error:
        raise Refused(503, "missing", str(error)) from None
    except OilstoneError as error:
        raise Refused(404, "not_found", str(error)) from None
    return {"name": row["name"], "version": row["version"], "changed": changed}


async def _require_ready(router: Router, wanted: Order) -> None:
    """Raise Refused for a version that no server has proved: users would get nothing."""
    found = next((one for one in _adapters(router) if one.name == wanted.name
                  and one.version == wanted.version), None)  # fmt: skip
    if wanted.name not in router.snapshot.specialists:
        return  # the first version of a name is loaded once it is in production
    if found is None or found.served not in router.fleet.ready:
        raise Refused(
            409,
            "not_ready",
            f"no server has {wanted.name}@{wanted.version} loaded and proved, so nobody could"
            " answer; see Servers, or promote it with oilstone-registry",
        )


def _adapters(router: Router) -> tuple[Adapter, ...]:
    return tuple(router.snapshot.wanted)


async def form(router: Router, reader: Reader, who: Visitor, query: bytes) -> str:
    """Return the question before a button does anything; raises Refused."""
    asked = parse_qs(query.decode("latin-1"), max_num_fields=20)
    action, name = (asked.get(key, [""])[-1] for key in ("action", "name"))
    specialist = router.snapshot.specialists.get(name)
    if action not in (PROMOTE, ROLLBACK) or specialist is None:
        raise Refused(404, "not_found", "nothing to confirm; open the page again")
    version = asked.get("version", [""])[-1] if action == PROMOTE else None
    known = [one["version"] for one in (await reader.books(0)).versions.get(name, [])]
    if version is not None and version not in known:
        raise Refused(404, "not_found", f"there is no {name}@{version}")
    return _form(action, specialist, version, who)


def _form(action: str, one: Specialist, version: str | None, who: Visitor) -> str:
    to = version or (one.before.version if one.before else "the version before")
    said = "Promote" if action == PROMOTE else "Roll back to"
    hidden = {"name": one.name, "version": version or "", "generation": one.generation}
    hidden |= {"token": who.token or ""}
    fields = "".join(
        f'<input type="hidden" name="{key}" value="{text(value)}">' for key, value in hidden.items()
    )
    return (
        f'<div class="narrow"><h1>{said} {text(one.name)}@{text(to)}?</h1>'
        f"<p>It takes the place of {text(one.production.version)} for all traffic of"
        f" {text(one.name)}, within two seconds. A running test ends by it.</p>"
        f'<form method="post" action="/admin/{action}">{fields}'
        "<label>Reason, for the log"
        f'<textarea name="reason" rows="2" maxlength="{LONGEST}" required></textarea></label>'
        f'<button class="main" type="submit">{said} {text(to)}</button>'
        ' <a class="button" href="/">Cancel</a></form></div>'
    )
