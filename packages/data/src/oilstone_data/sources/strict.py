"""A line of foreign JSON Lines, read strictly: what is not plain JSON is refused with its reason.

orjson refuses bad UTF-8, NaN, infinities, control characters, lone surrogates and depth beyond 1024
by itself. What it lets pass is looked for here: doubled keys, carriage returns, NUL in text, depth.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import orjson

from oilstone_data.stage import Refusal

DEEPEST = 64  # levels of nesting; no known dataset has more than 5
SHOWN = 2000  # bytes of a broken line that are kept


def parse(line: bytes, colons: int) -> dict[str, Any] | Refusal:
    """Return the object on `line`, or why there is none.

    `colons` is what `lines.colons` counts on the line, an upper bound for its keys less those that
    end in a backslash: when it equals the number of keys that were read, none was doubled. It is
    negative for a line that was cut off because it is too long.
    """
    if colons < 0:
        return Refusal("line_too_long", f"longer than {len(line)} bytes")
    try:
        value = orjson.loads(line)
    except ValueError as error:
        return _broken(line, str(error))
    if not isinstance(value, dict):
        return Refusal("not_an_object", f"a row is a JSON object, this is {type(value).__name__}")
    if line[-1:] == b"\r":
        return Refusal("carriage_return", "the line ends in CR LF; convert the file's line ends")
    keys, odd = _flat(value) or _measure(value, 1)
    if keys == colons and not odd:
        return value
    return _odd(line, value) or value


def _odd(line: bytes, value: dict[str, Any]) -> Refusal | None:
    """Look closely at a line that may have something wrong with it."""
    keys, _ = _measure(value, 1)
    if keys < 0:
        return Refusal("nested_too_deeply", f"more than {DEEPEST} levels of nesting")
    if _holds_nul(value):
        return Refusal("nul", "a text holds the character NUL")
    if (twice := _doubled(line)) is not None:
        return Refusal("doubled_key", f"the key {twice!r} stands there twice")
    return None


def shown(line: bytes) -> str:
    """Return the beginning of a line that could not be read, whatever bytes it holds."""
    text = line[:SHOWN].decode("utf-8", "backslashreplace")
    return text if len(line) <= SHOWN else f"{text} ... ({len(line)} bytes)"


def _broken(line: bytes, message: str) -> Refusal:
    if not line.strip():
        return Refusal("empty_line", "the line is empty")
    if line.startswith(b"\xef\xbb\xbf"):
        return Refusal("byte_order_mark", "the line begins with a byte order mark; remove it")
    if "UTF-8" in message:
        return Refusal("bad_utf8", f"not UTF-8: {message}")
    if "surrogate" in message:
        return Refusal("lone_surrogate", f"half a surrogate pair: {message}")
    if b"\0" in line:
        return Refusal("nul", f"holds a NUL byte: {message}")
    if "depth" in message or "recursion" in message:
        return Refusal("nested_too_deeply", f"{message}")
    return Refusal("not_json", f"not strict JSON: {message}")


def _flat(row: dict[str, Any]) -> tuple[int, bool] | None:
    """The same as `_measure` for a row without lists and objects; None when it has some."""
    odd = _odd_keys(tuple(row))
    for value in row.values():
        kind = type(value)
        if kind is str:
            odd = odd or "\0" in value
        elif kind is dict or kind is list:
            return None
    return len(row), odd


@lru_cache(1024)
def _odd_keys(keys: tuple[str, ...]) -> bool:
    return any("\0" in key or key.endswith("\\") for key in keys)


def _measure(value: Any, depth: int) -> tuple[int, bool]:
    """Return the number of keys at all levels and whether one of them, or a text, is odd.

    Odd is what holds NUL, and a key that ends in a backslash, which `colons` does not count. The
    number is -1 where nesting goes too deep.
    """
    if type(value) is str:
        return 0, "\0" in value
    if type(value) is not dict and type(value) is not list:
        return 0, False
    if depth > DEEPEST:
        return -1, True
    keys, odd = (len(value), _odd_keys(tuple(value))) if type(value) is dict else (0, False)
    for item in value.values() if type(value) is dict else value:
        below, found = _measure(item, depth + 1)
        if below < 0:
            return -1, True
        keys, odd = keys + below, odd or found
    return keys, odd


def _holds_nul(value: Any) -> bool:
    if isinstance(value, dict):
        return any("\0" in key or _holds_nul(item) for key, item in value.items())
    return (
        "\0" in value
        if isinstance(value, str)
        else isinstance(value, list) and any(map(_holds_nul, value))
    )


def _doubled(line: bytes) -> str | None:
    found: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> None:
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names):
            found.extend(name for name in names if names.count(name) > 1)

    json.loads(line, object_pairs_hook=look)
    return found[0] if found else None
