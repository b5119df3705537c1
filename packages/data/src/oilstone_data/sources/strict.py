"""A line of foreign JSON Lines, read strictly: what is not plain JSON is refused with its reason.

orjson refuses bad UTF-8, NaN, infinities, control characters, lone surrogates and depth beyond 1024
by itself. What it lets pass is looked for here: doubled keys, carriage returns, NUL in text, depth.
Of those nearly all lines are cleared by their length, the others by their colons; what neither
clears is read once more, slowly.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import Any

import orjson

from oilstone_data.sources.lines import LONGEST
from oilstone_data.stage import Refusal

DEEPEST = 64  # levels of nesting; no known dataset has more than 5
SHOWN = 2000  # bytes of a broken line that are kept


def parse(line: bytes, longest: int = LONGEST) -> dict[str, Any] | Refusal:
    """Return the object on `line`, or why there is none.

    `line` is what `lines.read` yields: without a newline when it was cut off after `longest` bytes.
    """
    if len(line) > longest and line[-1:] != b"\n":
        return Refusal("line_too_long", f"longer than {longest} bytes")
    try:
        value = orjson.loads(line)
    except ValueError as error:
        return _broken(line, str(error))
    if type(value) is not dict:
        return Refusal("not_an_object", f"a row is a JSON object, this is {type(value).__name__}")
    if line.endswith((b"\r\n", b"\r")):
        return Refusal("carriage_return", "the line ends in CR LF; convert the file's line ends")
    if _filled(line, value) or _matched(line, value):
        return value
    return _odd(line, value) or value


def _filled(line: bytes, row: dict[str, Any]) -> bool:
    """Tell whether what was read fills the line: no room for a further key, and no NUL.

    Each value counts with the fewest bytes that it can be written in, and a backslash with none, so
    that escapes and blanks only leave more room. Nested rows are not looked at.
    """
    size, least = _frame(tuple(row))
    room = len(line) - line.count(b"\\") - size
    for value in row.values():
        kind = type(value)
        if kind is str:
            if "\0" in value:
                return False
            room -= 2 + (len(value) if value.isascii() else len(value.encode()))
            if "\\" in value:
                room += value.count("\\")
        elif kind is dict or kind is list:
            return False
        else:
            room -= len(str(value)) if kind is int else 3
    return room < least


@lru_cache(1024)
def _frame(keys: tuple[str, ...]) -> tuple[int, int]:
    """Bytes of a row around its values, and the fewest that one doubled key takes.

    These are the shortest key with two quotes, colon, comma and a digit; backslashes are counted
    nowhere. 0 when a key holds NUL, for then the row is not to be cleared.
    """
    bare = [key.replace("\\", "") for key in keys]
    size = 1 + sum(len(key.encode()) + 4 for key in bare)
    odd = any("\0" in key for key in keys)
    return size, 0 if odd else 5 + min(map(len, bare), default=0)


def _matched(line: bytes, row: dict[str, Any]) -> bool:
    """Tell whether the line has the colons of what was read and no more, and nothing is odd.

    A doubled key brings one. An escaped one would hide another, so the line may hold none.
    """
    return line.count(b":") == _colons(row, 1) and b"\\u003" not in line


def _colons(value: Any, depth: int) -> float:
    """Colons of the value, written; infinitely many when it holds NUL or nests too deeply."""
    if type(value) is str:
        return math.inf if "\0" in value else value.count(":")
    if type(value) is list:
        return math.inf if depth > DEEPEST else sum(_colons(item, depth + 1) for item in value)
    if type(value) is not dict:
        return 0
    if depth > DEEPEST:
        return math.inf
    pairs = value.items()
    return sum(1 + _colons(key, depth) + _colons(item, depth + 1) for key, item in pairs)


def _odd(line: bytes, value: dict[str, Any]) -> Refusal | None:
    """Look closely at a line that may have something wrong with it."""
    if _deep(value, 1):
        return Refusal("nested_too_deeply", f"more than {DEEPEST} levels of nesting")
    if _holds_nul(value):
        return Refusal("nul", "a text holds the character NUL")
    if (twice := _doubled(line)) is not None:
        return Refusal("doubled_key", f"the key {twice!r} stands there twice")
    return None


def shown(line: bytes) -> str:
    """Return the beginning of a line that could not be read, whatever bytes it holds."""
    line = line.removesuffix(b"\n")
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


def _deep(value: Any, depth: int) -> bool:
    if type(value) is not dict and type(value) is not list:
        return False
    inside = value.values() if type(value) is dict else value
    return depth > DEEPEST or any(_deep(item, depth + 1) for item in inside)


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
