"""Who may see the page and press its buttons: whoever has an admin key.

It comes in a header or through the login form. The form gives a cookie that names the key and ends
after 12 hours: HttpOnly, SameSite=Strict, signed with the registry's secret. It never holds the
key, and it ends with the key. What it submits must carry a token that follows from it.
"""

from __future__ import annotations

import hmac
import time
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, NamedTuple

from oilstone_registry.router.keys import ADMIN, Key
from oilstone_registry.router.web import Refused, Reply, Request

if TYPE_CHECKING:
    from oilstone_registry.router.router import Router

COOKIE = "oilstone_session"
LASTS_S = 12 * 3600


class Visitor(NamedTuple):
    """Who asks: the name of a key, and the token of its forms; None for a key in a header."""

    name: str
    token: str | None


def visitor(router: Router, request: Request) -> Visitor | None:
    """Return who asks; None for somebody who has to log in first.

    Raises Refused 401 for an unknown key and 403 for one that is no admin's.
    """
    given = request.headers.get(b"authorization")
    if given is not None:
        return Visitor(admin(router.keys.find(given)).name, None)
    value = _cookie(request)
    key = None if value is None else _key(router, value)
    if key is None or value is None:
        return None
    return Visitor(admin(key).name, _mac(router, f"form~{value}"))


def admin(key: Key | None) -> Key:
    """Return an admin's key; raises Refused."""
    if key is None:
        raise Refused(401, "invalid_api_key", "no such key")
    if ADMIN not in key.scopes:
        raise Refused(403, "wrong_scope", f"this needs a key with the scope {ADMIN}")
    return key


def begin(router: Router, given: str) -> tuple[bytes, bytes]:
    """Return the header that logs an admin's key in; raises Refused."""
    key = admin(router.keys.find(b"Bearer " + given.strip().encode("utf-8", "replace")))
    text = f"{key.id}~{int(time.time()) + LASTS_S}"
    return _header(f"{text}~{_mac(router, text)}", LASTS_S)


def end() -> tuple[bytes, bytes]:
    """Return the header that logs out."""
    return _header("", 0)


def _header(value: str, seconds: int) -> tuple[bytes, bytes]:
    said = f"{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict"
    return b"set-cookie", said.encode()


def _cookie(request: Request) -> str | None:
    raw = request.headers.get(b"cookie", b"").decode("latin-1")
    try:
        found = SimpleCookie(raw).get(COOKIE)
    except CookieError:
        return None
    return None if found is None else found.value


def _key(router: Router, value: str) -> Key | None:
    text, _, mac = value.rpartition("~")
    if not hmac.compare_digest(mac.encode(), _mac(router, text).encode()):
        return None
    number, _, ends = text.partition("~")
    return router.keys.known(number) if time.time() < int(ends) else None


def _mac(router: Router, text: str) -> str:
    return hmac.digest(router.secret, f"page~{text}".encode(), "sha256").hex()


def see_other(path: str, *headers: tuple[bytes, bytes]) -> Reply:
    """Send a browser to another page of ours."""
    return Reply(303, b"", [(b"location", path.encode()), *headers])
