"""A major version may only grow: what may change between two releases of one schema file.

Readers of v1 must read every v1 artifact, older or newer: a minor version may add optional fields
and say things better, and nothing else (`breaches`). `compare` asks one thing only, of any two
schemas: does the new one accept everything that the old one accepts?
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

_WORDS = {"title", "description", "$schema", "$id"}
_NAMED = {"properties", "$defs"}


@dataclass(frozen=True)
class Answer:
    """compatible is proved, incompatible has a witness; treat unknown as incompatible."""

    verdict: Literal["compatible", "incompatible", "unknown"]
    why: str = ""
    witness: Any = None


def compare(old: Any, new: Any) -> Answer:
    """Tell whether `new` accepts every instance that `old` accepts (draft 2020-12).

    The witness of an incompatible change is an instance that `old` accepts and `new` refuses. Ask
    `compare(new, old)` whether old readers accept what new writers write.
    """
    from jsonschema import Draft202012Validator
    from referencing.exceptions import Unresolvable

    from oilstone_schemas.subset import Comparison
    from oilstone_schemas.witness import candidates

    try:
        gaps = list(Comparison(old, new).gaps([old], new))
    except RecursionError as error:
        return Answer("unknown", str(error))
    before, after = (Draft202012Validator(schema).is_valid for schema in (old, new))
    for gap in gaps:
        with suppress(Unresolvable):
            for instance in candidates(gap, old):
                if before(instance) and not after(instance):
                    return Answer("incompatible", _why(gap), instance)
    return Answer("unknown", _why(gaps[0])) if gaps else Answer("compatible")


def _why(gap: Any) -> str:
    place = "".join(f".{name}" if name else "[]" for _, name in gap.steps)
    return f"${place}: {gap.keyword} asks for more than before"


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
