"""SPDX licence expressions: read tolerantly, written one way, checked against what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from oilstone_schemas.command import MissingTool, OilstoneError

UNKNOWN = "unknown"


def normal(text: str) -> str:
    """The expression as SPDX writes it (`mit/apache-2.0`: `Apache-2.0 OR MIT`), or UNKNOWN.

    The old slash of Cargo means OR. Licences that SPDX does not list are unknown.
    """
    parsed = _parsed(text)
    return UNKNOWN if parsed is None else str(parsed.render())


class Allowed:
    """Which expressions may be used when these licences may: OR needs one side, AND needs all.

    An exception (WITH) only permits more, so the licence before it decides. Raises OilstoneError
    for a licence that SPDX does not list; UNKNOWN may be allowed too.
    """

    def __init__(self, licences: Iterable[str]) -> None:
        names = list(licences)
        self._unknown = UNKNOWN in names
        self._keys = {_one(name) for name in names if name != UNKNOWN}
        self._known = cache(self._permits)

    def __contains__(self, expression: str) -> bool:
        return self._known(expression)

    def _permits(self, expression: str) -> bool:
        parsed = _parsed(expression)
        return self._unknown if parsed is None else self._holds(parsed)

    def _holds(self, node: Any) -> bool:
        kind = type(node).__name__
        if kind == "OR":
            return any(map(self._holds, node.args))
        if kind == "AND":
            return all(map(self._holds, node.args))
        return getattr(node, "license_symbol", node).key in self._keys


def _one(name: str) -> str:
    parsed = _parsed(name)
    key = getattr(parsed, "key", None)
    if key is None:
        raise OilstoneError(f"licence.allow: {name!r} is no licence that SPDX lists, such as MIT")
    return str(key)


@cache
def _parsed(text: str) -> Any:
    """The expression as a tree, or None."""
    licensing = _licensing()
    try:
        parsed = licensing.parse(text.replace("/", " OR "), validate=True)
    except Exception:  # the library raises errors of its own and, on odd input, of Python
        return None
    return None if parsed is None else parsed.simplify()


@cache
def _licensing() -> Any:
    try:
        from license_expression import (  # type: ignore[import-untyped]  # ships no types
            get_spdx_licensing,
        )
    except ImportError as error:
        raise MissingTool(
            "licence expressions need a library: pip install 'oilstone-data[licence]'"
        ) from error
    return get_spdx_licensing()
