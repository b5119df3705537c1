"""An instance that one schema accepts and another refuses, looked for near the limits of both."""

import math
import re
from collections.abc import Iterator
from itertools import islice, product
from typing import Any

from oilstone_schemas.subset import Gap, Schema, Steps, flat, kind_of

_ANY = [None, True, False, 0, 1, -1, 0.5, "", "a", "A", "1", "\n", [], [None], {}, {"new": None}]
_MOST = 300  # candidates for one place
_TOKEN = re.compile(r"(\[[^\]]+\]|\\.|[^\\\[\](){}|*+?.^$])(\{\d+(?:,\d*)?\}|[*+?])?")


def candidates(gap: Gap, old: Schema) -> Iterator[Any]:
    """Yield instances for the root of `old` that hold something telling in the gap's place."""
    for value in islice(_telling(gap, old), _MOST):
        yield place(old, old, gap.steps, value)


def place(schema: Schema, root: Schema, steps: Steps, value: Any) -> Any:
    """Return a small instance of `schema` with `value` where the steps lead."""
    if not steps:
        return value
    (kind, name), rest = steps[0], steps[1:]
    if kind == "propertyNames":
        return {**example(schema, root), str(value): None}
    made = example({"allOf": [{"type": "object" if kind == "property" else "array"}, schema]}, root)
    inner = place(_inner(schema, root, kind, name), root, rest, value)
    if kind == "property":
        return {**(made if isinstance(made, dict) else {}), name: inner}
    return [inner, *(made[1:] if isinstance(made, list) else [])]


def _inner(schema: Schema, root: Schema, kind: str, name: str) -> Schema:
    found = []
    for part in flat(schema, root):
        rest = part.get("additionalProperties", True)
        named = part.get("properties", {}).get(name, rest)
        found.append(named if kind == "property" else part.get("items", True))
    return {"allOf": found}


def example(schema: Schema, root: Schema) -> Any:
    """Return a small instance that should follow `schema`; the validator has the last word."""
    merged: dict[str, Any] = {}
    for part in flat(schema, root):
        merged = {
            **part,
            **merged,
            "required": [*merged.get("required", []), *part.get("required", [])],
        }
    for word in ("anyOf", "oneOf"):
        if merged.get(word):
            first = merged.pop(word)[0]
            return example({"allOf": [first, merged]}, root)
    if "const" in merged:
        return merged["const"]
    if merged.get("enum"):
        return merged["enum"][0]
    types = merged.get("type", "object" if merged["required"] else "string")
    return _of_type(types if isinstance(types, str) else types[0], schema, merged, root)


def _of_type(kind: str, schema: Schema, merged: dict[str, Any], root: Schema) -> Any:
    if kind == "object":
        names = dict.fromkeys(merged["required"])
        return {name: example(_inner(schema, root, "property", name), root) for name in names}
    if kind == "array":
        inner = _inner(schema, root, "items", "")
        return [example(inner, root) for _ in range(merged.get("minItems", 0))]
    if kind == "string":
        return next(_matching(merged.get("pattern", "")), "a" * merged.get("minLength", 0))
    if kind in ("integer", "number"):
        return _number(merged)
    return None if kind == "null" else True


def _number(merged: dict[str, Any]) -> float:
    low = merged.get("minimum", merged.get("exclusiveMinimum", -1) + 1)
    high = merged.get("maximum", merged.get("exclusiveMaximum", math.inf))
    return low if low <= high else high  # type: ignore[no-any-return]


def _telling(gap: Gap, root: Schema) -> Iterator[Any]:
    """Yield values at and just beyond the limits of both schemas."""
    whole = example(gap.old, root)
    yield whole
    for schema in (gap.new, gap.old):
        for part in flat(schema, root):
            yield from _limits(part)
            yield from _variants(part, whole, example(_inner(gap.old, root, "items", ""), root))
    yield from _ANY


def _limits(part: Any) -> Iterator[Any]:
    yield from part.get("enum", [])
    if "const" in part:
        yield part["const"]
    for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        if word in part:
            yield from (part[word] + step for step in (0, 1, -1, 0.5, -0.5))
    for word in ("minLength", "maxLength"):
        if word in part:
            yield from ("a" * max(part[word] + step, 0) for step in (0, 1, -1))
    yield from islice(_matching(part.get("pattern", "")), 40)


def _variants(part: Any, whole: Any, item: Any) -> Iterator[Any]:
    """Yield `whole` with a property less or more, or an item less or more."""
    if kind_of(whole) == "object":
        for name in whole:
            yield {key: value for key, value in whole.items() if key != name}
        for name in [*part.get("properties", {}), "new"]:
            yield from ({**whole, name: value} for value in ("", 0, None))
        yield {
            **whole,
            **{f"new{number}": None for number in range(part.get("maxProperties", 0) + 1)},
        }
    if kind_of(whole) == "array":
        sizes = {
            part.get(word, 1) + step for word in ("minItems", "maxItems") for step in (0, 1, -1)
        }
        yield from ([item] * max(size, 0) for size in sorted(sizes))


def _matching(pattern: str) -> Iterator[str]:
    """Yield strings that match a plain pattern: classes, literals and counts, without groups."""
    body = pattern.removesuffix(r"(?!\n)$").removesuffix("$").removeprefix("^")
    tokens = list(_TOKEN.finditer(body))
    if not body or "".join(token[0] for token in tokens) != body:
        return
    for pick, more in product((0, -1), (0, 1, 2, 9)):
        text = "".join(_repeated(token, pick, more) for token in tokens)
        if re.search(pattern, text):
            yield text


def _repeated(token: re.Match[str], pick: int, more: int) -> str:
    chars, count = token[1], token[2] or "{1}"
    if chars.startswith("["):
        chars = chars.strip("[]^")
    chars = chars[pick] if not token[1].startswith("\\") else chars[1]
    if count in ("*", "?", "+"):
        return chars * ({"*": 0, "?": 0, "+": 1}[count] + (min(more, 1) if count == "?" else more))
    low, comma, high = count.strip("{}").partition(",")
    most = int(high) if high else (int(low) + more if comma else int(low))
    return chars * min(int(low) + more, most)
