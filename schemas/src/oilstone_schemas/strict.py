"""JSON texts to their values, strictly, and to the same values whatever is installed.

Python's `json` is the reference. orjson, an extra (`oilstone-schemas[fast]`), is taken where its
value provably is the same: it says nothing of a key that stands there twice, and makes a float of
an integer beyond 64 bits.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from oilstone_schemas import canonical

try:
    import orjson
except ImportError:
    orjson = None  # type: ignore[assignment]  # a module or nothing

_LONG = b"0" * 19  # digits; an integer beyond 64 bits has at least as many
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED = re.compile(rb"\\u[dD][89a-fA-F]")


def parse(text: bytes) -> Any:
    """Return the value of a JSON text.

    Raises ValueError for NaN, infinities and numbers that overflow to them, for a key that stands
    there twice, a lone surrogate, a byte order mark, and bytes that are not UTF-8.
    """
    values = objects([text])
    return reference(text) if values is None else values[0]


def objects(texts: Sequence[bytes]) -> list[dict[str, Any]] | None:
    """Return the values of JSON texts when all are objects and `reference` says the same of each.

    None when that is not so or cannot be told quickly: then they want to be parsed one by one.
    """
    if orjson is None:
        return None
    try:
        values = list(map(orjson.loads, texts))
        again = orjson.dumps(values)
    except (ValueError, TypeError):
        return None
    if set(map(type, values)) != {dict}:
        return None
    text = b"".join(texts)
    return values if _equal(text, again) or _kept(text, again) else None


def reference(text: bytes) -> Any:
    """Return what `parse` returns, by the standard library alone."""
    value = canonical.loads(text)
    refuse_surrogates(text, value)
    return value


def refuse_surrogates(text: bytes, value: Any) -> None:
    """Raise ValueError when `value`, which `text` says in UTF-8, holds half a character."""
    if _ESCAPED.search(text) and _SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        raise ValueError("a lone surrogate is half a character")


def _equal(text: bytes, again: bytes) -> bool:
    """Tell whether `text`, lines of JSON, is letter for letter the array `again`."""
    return len(text) + 1 == len(again) and text[:-1].replace(b"\n", b",") == again[1:-1]


def _kept(text: bytes, again: bytes) -> bool:
    """Tell whether nothing of `text` got lost on the way to the values that `again` is made of.

    A key that stands there twice takes its colon with it when it goes. (`rfind` is twice as fast as
    `in`, which looks for the last byte, not for the first.)
    """
    return (
        text.count(b":") == again.count(b":")
        and text.rfind(b"\\u003") < 0  # a colon in disguise, or something near it
        and not _long(text)
    )


def _long(text: bytes) -> bool:
    """Tell whether a run of digits is so long that it may be more than 64 bits."""
    # Three of every sixth byte fall into such a run, and into hardly anything else.
    sampled = text[::6].translate(_DIGITS).rfind(b"000") >= 0
    return sampled and _LONG in text.translate(_DIGITS)
