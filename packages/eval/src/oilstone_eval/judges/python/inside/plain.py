"""Values as plain data: what crosses from the judged program to the tests, and back.

JSON with tags keeps every type apart (True is not 1, a tuple is no list). Of a subclass only the
builtin part travels, read by the builtin's own methods, so that no overridden `__eq__` does. What
is not plain data travels as a reference, which equals nothing.
"""

import builtins
import datetime
import decimal
import fractions
import json
from collections import deque
from collections.abc import Callable
from typing import Any

MOST_DEPTH = 200
_SMALL = 1 << 63

Foreign = Callable[[Any], Any]
# Tag, type, how its content is read without calling a method that a subclass may override.
_SEQUENCES: tuple[tuple[str, type, Callable[[Any], Any]], ...] = (
    ("t", tuple, tuple.__iter__),
    ("l", list, list.__iter__),
    ("s", set, set.__iter__),
    ("f", frozenset, frozenset.__iter__),
    ("q", deque, deque.__iter__),
)
_TEXTS: tuple[tuple[str, type, Callable[[Any], str]], ...] = (
    ("b", bytes, bytes.hex),
    ("B", bytearray, bytearray.hex),
    ("D", decimal.Decimal, decimal.Decimal.__str__),
    ("T", datetime.datetime, datetime.datetime.isoformat),
    ("y", datetime.date, datetime.date.isoformat),
)


def dumps(value: Any, foreign: Foreign) -> bytes:
    """Return `value` as bytes. `foreign` turns what is not plain data into something that is JSON.

    Raises RecursionError when it is nested too deeply.
    """
    return json.dumps(_encode(value, foreign, MOST_DEPTH), separators=(",", ":")).encode()


def loads(data: bytes, foreign: Foreign) -> Any:
    """Return what `dumps` was given. Raises ValueError or RecursionError on anything else."""
    return _decode(json.loads(data), foreign)


def _encode(value: Any, foreign: Foreign, depth: int) -> Any:
    kind = type(value)
    if kind is str or kind is bool or value is None or kind is float:
        return value
    if kind is int:
        return value if -_SMALL < value < _SMALL else {"i": hex(value)}
    if depth == 0:
        raise RecursionError("nested too deeply")
    if kind is list:
        return [_encode(item, foreign, depth - 1) for item in value]
    return _tagged(value, kind.__mro__, foreign, depth - 1)


def _tagged(value: Any, kinds: tuple[type, ...], foreign: Foreign, depth: int) -> Any:
    for tag, kind, items in _SEQUENCES:
        if kind in kinds:
            return {tag: [_encode(item, foreign, depth) for item in items(value)]}
    if dict in kinds:
        pairs = dict.items(value)
        return {"d": [[_encode(k, foreign, depth), _encode(v, foreign, depth)] for k, v in pairs]}
    for tag, kind, text in _TEXTS:
        if kind in kinds:
            return {tag: text(value)}
    return _number(value, kinds, foreign)


def _number(value: Any, kinds: tuple[type, ...], foreign: Foreign) -> Any:
    if int in kinds:
        return {"i": hex(int.__index__(value))}
    if float in kinds:
        return float.__float__(value)
    if str in kinds:
        return str.__str__(value)
    if complex in kinds:
        return {"c": [complex.__complex__(value).real, complex.__complex__(value).imag]}
    if fractions.Fraction in kinds:
        return {"F": [hex(value.numerator), hex(value.denominator)]}
    if range in kinds:
        return {"r": [hex(value.start), hex(value.stop), hex(value.step)]}
    if type in kinds and vars(builtins).get(name := str(value.__name__)) is value:
        return {"k": name}
    return {"o": foreign(value)}


def _decode(data: Any, foreign: Foreign) -> Any:
    if type(data) is list:
        return [_decode(item, foreign) for item in data]
    if type(data) is not dict:
        return data
    if len(data) != 1:
        raise ValueError("not one tag")
    [(tag, content)] = data.items()
    if tag == "o":
        return foreign(content)
    if tag == "d":
        return {_decode(k, foreign): _decode(v, foreign) for k, v in content}
    return _MADE[tag]([_decode(item, foreign) for item in content] if tag in "tlsfq" else content)


def _builtin_type(name: str) -> type:
    found = getattr(builtins, name, None)
    if not isinstance(found, type):
        raise ValueError(f"{name} is no type")
    return found


_MADE: dict[str, Callable[[Any], Any]] = {
    **{tag: kind for tag, kind, _ in _SEQUENCES},
    "b": bytes.fromhex,
    "B": bytearray.fromhex,
    "D": decimal.Decimal,
    "T": datetime.datetime.fromisoformat,
    "y": datetime.date.fromisoformat,
    "i": lambda content: int(content, 16),
    "k": lambda content: _builtin_type(content),
    "c": lambda content: complex(*content),
    "F": lambda content: fractions.Fraction(*(int(part, 16) for part in content)),
    "r": lambda content: range(*(int(part, 16) for part in content)),
}
