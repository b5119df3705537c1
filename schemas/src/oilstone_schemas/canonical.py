"""One spelling for a JSON value, so that equal values have equal hashes.

Keys sorted by code point, no spaces, UTF-8, numbers as Python's `json` writes them (1 and 1.0
differ). Lone surrogates, which UTF-8 cannot hold, are written as `\\uXXXX` escapes.
"""

import hashlib
import json
import math
import re
from typing import Any

_SURROGATE = re.compile("[\ud800-\udfff]")


def dumps(value: Any, *, sort_keys: bool = False) -> bytes:
    """Return `value` as compact UTF-8 JSON. Raises ValueError for NaN and infinities."""
    text = json.dumps(
        value, sort_keys=sort_keys, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub(lambda match: f"\\u{ord(match.group()):04x}", text).encode()


def canonical(value: Any) -> bytes:
    """Return the canonical JSON of `value`: what Oilstone hashes."""
    return dumps(value, sort_keys=True)


def digest(value: Any) -> str:
    """Return the sha256 (64 hex digits) of `value`'s canonical JSON."""
    return hashlib.sha256(canonical(value)).hexdigest()


def loads(text: bytes | str) -> Any:
    """Parse strict JSON: ValueError on NaN, infinities, doubled keys, bytes that are not UTF-8."""
    if isinstance(text, bytes):
        text = text.decode()
    try:
        return json.loads(
            text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_unique
        )
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(number: str) -> float:
    found = float(number)
    if math.isinf(found):
        raise ValueError(f"{number} is beyond every number that a computer holds")
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} stands there twice")
    return found


def pretty(value: Any) -> bytes:
    """Return `value` as indented JSON for a file that people open, with a newline at its end."""
    text = json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False)
    return text.encode() + b"\n"
