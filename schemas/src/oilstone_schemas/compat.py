"""A major version may only grow: what may change between two releases of one schema file.

Readers of v1 must read every v1 artifact, older or newer: a minor version may add optional fields
and say things better, and nothing else.
"""

from collections.abc import Iterator
from typing import Any

_WORDS = {"title", "description", "$schema", "$id"}
_NAMED = {"properties", "$defs"}


def breaches(old: dict[str, Any], new: dict[str, Any], path: str = "$") -> Iterator[str]:
    """Yield what a reader or writer of `old` would trip over in `new`."""
    for key in sorted({*old, *new} - _WORDS - _NAMED):
        if old.get(key) != new.get(key):
            yield from _compare(old.get(key), new.get(key), f"{path}.{key}")
    for key in sorted(_NAMED & {*old, *new}):
        yield from _members(old.get(key, {}), new.get(key, {}), f"{path}.{key}")


def _members(old: dict[str, Any], new: dict[str, Any], path: str) -> Iterator[str]:
    for name in old:
        if name not in new:
            yield f"{path}.{name}: was removed"
        else:
            yield from breaches(old[name], new[name], f"{path}.{name}")


def _compare(old: Any, new: Any, path: str) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from breaches(old, new, path)
    elif old != new:
        yield f"{path}: was {old!r}, is {new!r}"
