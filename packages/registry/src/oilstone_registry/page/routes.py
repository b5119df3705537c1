"""The endpoints of the status page."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from oilstone_registry.page import actions, data, html, metrics, render, session
from oilstone_registry.page.session import Visitor
from oilstone_registry.router.web import Endpoint, Refused, Reply, Request, json

if TYPE_CHECKING:
    from oilstone_registry.router.router import Router

DIGEST = re.compile("[0-9a-f]{64}")
LOGIN = (
    '<div class="narrow"><h1>Oilstone router</h1>{said}<form method="post" action="/login">'
    '<label>Admin key<input type="password" name="key" autocomplete="current-password" required'
    ' autofocus></label><button class="main" type="submit">Log in</button></form></div>'
)
PLAIN = (
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
)
# A report is a page of its own with styles and scripts in it; sandboxed, it can do nothing here.
SANDBOXED = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
     b" sandbox"),
)  # fmt: skip
Seen = Callable[["Router", Request, Visitor], Awaitable[Reply]]


def routes(router: Router) -> dict[tuple[str, str], Endpoint]:
    """Return the page's endpoints; who may see them is decided in each."""
    pages = _Pages(data.Reader(router.registry))
    seen: dict[tuple[str, str], Seen] = {
        ("GET", "/"): pages.whole,
        ("GET", "/page/state"): pages.state,
        ("GET", "/status"): pages.status,
        ("GET", "/confirm"): pages.confirm,
        ("GET", "/decision"): pages.decision,
        ("GET", "/report"): pages.report,
        ("POST", "/admin/promote"): pages.act,
        ("POST", "/admin/rollback"): pages.act,
    }
    found = {where: Endpoint(None, _seen(handler)) for where, handler in seen.items()}
    return found | {
        ("GET", "/metrics"): Endpoint(None, _metrics),
        ("GET", "/login"): Endpoint(None, _login),
        ("POST", "/login"): Endpoint(None, _enter),
        ("POST", "/logout"): Endpoint(None, _leave),
    }


def _seen(handler: Seen) -> Callable[[Router, Request], Awaitable[Reply]]:
    async def checked(router: Router, request: Request) -> Reply:
        who = session.visitor(router, request)
        if who is None and router.keys.path is None and request.method == "GET":
            who = Visitor("anybody", None)  # an open router shows itself; nobody may act
        if who is None and request.path == "/":
            return session.see_other("/login")
        if who is None:
            raise Refused(401, "invalid_api_key", "log in, or send a key: Authorization: Bearer …")
        return await handler(router, request, who)

    return checked


class _Pages:
    def __init__(self, reader: data.Reader) -> None:
        self.reader = reader

    async def whole(self, router: Router, request: Request, who: Visitor) -> Reply:
        out = '<form method="post" action="/logout"><button>Log out</button></form>'
        head = f"<header><h1>Oilstone router</h1>{out if who.token else ''}</header>"
        return html.page("Oilstone router", f"{head}{await self._main(router, who)}", live=True)

    async def _main(self, router: Router, who: Visitor) -> str:
        return f"<main>{await self._content(router, who)}</main>"

    async def _content(self, router: Router, who: Visitor) -> str:
        found = await data.gather(router, self.reader)
        return render.main(found, acting=who.token is not None)

    async def state(self, router: Router, request: Request, who: Visitor) -> Reply:
        return html.fragment(await self._content(router, who))

    async def status(self, router: Router, request: Request, who: Visitor) -> Reply:
        return json(await data.gather(router, self.reader))

    async def confirm(self, router: Router, request: Request, who: Visitor) -> Reply:
        if who.token is None:
            raise Refused(403, "not_ours", "log in to press buttons")
        asked = await actions.form(router, self.reader, who, request.query)
        return html.page("Oilstone router: sure?", asked)

    async def act(self, router: Router, request: Request, who: Visitor) -> Reply:
        action = request.path.rpartition("/")[2]
        wanted = actions.order(request, who, action)
        if who.token is None:
            return json(await actions.perform(router, who, action, wanted))
        try:
            done = await actions.perform(router, who, action, wanted)
        except Refused as refused:
            return self._told(refused.message, refused.status)
        said = f"{done['name']}@{done['version']} is in production."
        return self._told(said if done["changed"] else f"Nothing changed: {said}", 200)

    def _told(self, said: str, status: int) -> Reply:
        kind = "problem done" if status == 200 else "problem"
        body = f'<div class="narrow"><p class="{kind}">{html.text(said)}</p>'
        back = '<p><a class="button" href="/">Back to the page</a></p></div>'
        return html.page("Oilstone router", body + back, status=status)

    async def decision(self, router: Router, request: Request, who: Visitor) -> Reply:
        return self._file(_digest(request), "decision.md", PLAIN)

    async def report(self, router: Router, request: Request, who: Visitor) -> Reply:
        return self._file(_digest(request), "report.html", SANDBOXED)

    def _file(self, digest: str, name: str, headers: tuple[tuple[bytes, bytes], ...]) -> Reply:
        """Return a file of a kept artifact."""
        folder = self.reader.store.folder / digest
        for found in (folder / name, folder / f"{name.partition('.')[0]}.json"):
            if found.is_file():
                plain = headers if found.name == name else PLAIN
                return Reply(200, found.read_bytes(), plain)
        raise Refused(404, "not_found", f"the registry keeps no {name} of {digest[:12]}")


def _digest(request: Request) -> str:
    found = parse_qs(request.query.decode("latin-1"), max_num_fields=20).get("digest", [""])[-1]
    if not DIGEST.fullmatch(found):
        raise Refused(400, "bad_request", "digest: 64 hex digits")
    return found


async def _metrics(router: Router, request: Request) -> Reply:
    return Reply(200, metrics.render(router), [(b"content-type", metrics.TYPE)])


async def _login(router: Router, request: Request) -> Reply:
    return html.page("Oilstone router: log in", LOGIN.format(said=""))


async def _enter(router: Router, request: Request) -> Reply:
    try:
        fields = parse_qs(request.body.decode(), max_num_fields=20)
    except ValueError:
        raise Refused(400, "bad_request", "the form cannot be read") from None
    try:
        cookie = session.begin(router, fields.get("key", [""])[-1])
    except Refused as refused:
        said = f'<p class="problem">{html.text(refused.message)}</p>'
        shown = html.page("Oilstone router: log in", LOGIN.format(said=said))
        return shown._replace(status=refused.status)
    return session.see_other("/", cookie)


async def _leave(router: Router, request: Request) -> Reply:
    return session.see_other("/login", session.end())
