"""Frames, tables and forms of the page. Text from outside goes through `text`, always."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

from oilstone_registry.router.web import Reply

NOTHING = "-"
STYLE = files("oilstone_registry.page").joinpath("page.css").read_text(encoding="utf-8")
SCRIPT = files("oilstone_registry.page").joinpath("page.js").read_text(encoding="utf-8")
HASH = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{HASH}';"
    " connect-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'"
)
HEADERS = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", POLICY.encode()),
    (b"x-frame-options", b"DENY"),
)


def text(value: object) -> str:
    """Return a value as text that cannot become markup; None is a dash."""
    return NOTHING if value is None else escape(str(value))


def share(value: float | None, digits: int = 3) -> str:
    """Return a share such as 0.512."""
    return NOTHING if value is None else f"{value:.{digits}f}"


def word(value: object, kind: object = None) -> str:
    """Return a state in its colour."""
    return f'<span class="{text(kind or value)}">{text(value)}</span>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """Return a table; cells are markup already, `numbers` are the columns set to the right."""
    kinds = ["n" if at in numbers else "" for at in range(len(head))]
    top = "".join(f'<th class="{kind}">{one}</th>' for one, kind in zip(head, kinds, strict=True))
    cells = [f' class="{kind}" data-label="{one}"' for one, kind in zip(head, kinds, strict=True)]
    lines = [
        "".join(f"<td{kind}>{one}</td>" for one, kind in zip(row, cells, strict=True))
        for row in rows
    ]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f'<div class="wide"><table><tr>{top}</tr>{body}</table></div>'


def page(title: str, body: str, *, live: bool = False, status: int = 200) -> Reply:
    """Return a whole page; a live one brings its <main> up to date by itself."""
    script = f"<script>{SCRIPT}</script>" if live else ""
    whole = (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><title>{text(title)}</title>'
        f"<style>{STYLE}</style><body>{body}{script}</body></html>\n"
    )
    return Reply(status, whole.encode(), HEADERS)


def fragment(body: str) -> Reply:
    """Return a piece of a page."""
    return Reply(200, body.encode(), HEADERS)
