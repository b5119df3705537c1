"""The body of a request: read for what the router needs, changed in its model name alone."""

from __future__ import annotations

import re
from typing import Any

import orjson

from oilstone_schemas.command import OilstoneError

KEY = b'"model"'
_VALUE = re.compile(rb'"model"[ \t\r\n]*:[ \t\r\n]*("(?:[^"\\]|\\.)*")')
_COLON = re.compile(rb"[ \t\r\n]*:")
# Strings whole, so that no bracket or comma inside one counts.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]')


def parse(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a request with a model's name; raises OilstoneError."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise OilstoneError(f"the body is no JSON: {error}") from None
    if not isinstance(found, dict) or not isinstance(found.get("model"), str):
        raise OilstoneError('the body must be a JSON object with a "model", a specialist\'s name')
    return found


def place(body: bytes) -> tuple[int, int]:
    """Return where the model's name stands; raises OilstoneError when it is named twice.

    Servers differ in which of two they take, so one that we did not change might count.
    """
    return _simple(body) or _thorough(body)


def _simple(body: bytes) -> tuple[int, int] | None:
    """Find the name where it is written once, and no letter of a key may hide in an escape."""
    at = body.find(KEY)
    if body.find(KEY, at + 1) >= 0 or b"\\u006" in body:
        return None
    found = _VALUE.match(body, at)
    return None if found is None else found.span(1)


def _thorough(body: bytes) -> tuple[int, int]:
    """Find it among the keys of the outermost object."""
    spans = [span for key, span in _members(body) if key == "model"]
    if len(spans) != 1:
        raise OilstoneError('the body names its "model" more than once; name it once')
    return spans[0]


def _members(body: bytes) -> list[tuple[str, tuple[int, int]]]:
    """Return keys and places of the outermost object's values that are strings."""
    depth, found = 0, []
    key: str | None = None
    for token in _TOKEN.finditer(body):
        first = body[token.start()]
        if first in b"{[":
            depth += 1
            key = None
        elif first in b"}]":
            depth -= 1
            key = None
        elif depth == 1 and _COLON.match(body, token.end()):
            key = orjson.loads(token[0])
        elif depth == 1 and key is not None:
            found.append((key, token.span()))
            key = None
    return found
