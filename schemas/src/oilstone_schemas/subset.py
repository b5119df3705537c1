"""Does one JSON Schema accept everything that another accepts? Proved by rules, or left open.

Every rule may fail to see that it is so and never sees what is not so. A schema is a list of parts,
all of which hold: itself without `$ref` and `allOf`, and what these bring.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oilstone_schemas.canonical import canonical

Schema = Any  # an object, true or false
Part = Mapping[str, Any]
Steps = tuple[tuple[str, str], ...]  # from the root to a place in an instance
KINDS = frozenset({"null", "boolean", "integer", "fraction", "string", "array", "object"})
WORDS = frozenset({"title", "description", "$schema", "$id", "$defs", "default", "examples"})
_WORDS = WORDS | {"$comment", "deprecated", "readOnly", "writeOnly", "then", "else"}
_ALONE = {"pattern", "uniqueItems", "not", "anyOf", "oneOf", "multipleOf", "format", "prefixItems"}
_SIZES = {
    **{"minLength": "string", "maxLength": "string", "minItems": "array", "maxItems": "array"},
    **{"minProperties": "object", "maxProperties": "object"},
}
_OF = {
    **_SIZES, "pattern": "string", "required": "object", "properties": "object",
    "additionalProperties": "object", "patternProperties": "object", "propertyNames": "object",
    "items": "array", "prefixItems": "array", "uniqueItems": "array", "contains": "array",
}  # fmt: skip


@dataclass(frozen=True)
class Gap:
    """A place where nothing shows that the new schema accepts what the old one does."""

    steps: Steps
    keyword: str
    old: Schema
    new: Schema


@dataclass
class Comparison:
    """Of two whole schemas; `$ref` leads into the `$defs` of its own side."""

    old: Schema
    new: Schema
    assumed: dict[bytes, int] = field(default_factory=dict)

    def gaps(self, olds: Sequence[Schema], new: Schema, steps: Steps = ()) -> Iterator[Gap]:
        """Yield what is not shown of: whatever follows all of `olds` follows `new`."""
        olds = [old for old in olds if old is not True and old != {}]
        key = canonical([olds, new])
        if self.assumed.get(key, len(steps)) < len(steps):
            return  # a schema that holds itself: it is being shown for all smaller instances
        if key in self.assumed:
            raise RecursionError("a schema that is made of itself")
        self.assumed[key] = len(steps)
        parts = [part for old in olds for part in flat(old, self.old) if part]
        found = [] if _nothing(parts) else flat(new, self.new)
        gaps = [gap for part in found for gap in self._part(parts, part, steps)]
        del self.assumed[key]
        yield from gaps

    def _part(self, parts: Sequence[Part], new: Part, steps: Steps) -> Iterator[Gap]:
        found = [gap for word in sorted(new) for gap in self._word(parts, word, new, steps)]
        if found and (split := _alternatives(parts)):
            rest, branches = split
            found = [
                gap
                for branch in branches
                for gap in self._part([*rest, *flat(branch, self.old)], new, steps)
            ]
        yield from found

    def _word(self, parts: Sequence[Part], word: str, new: Part, steps: Steps) -> Iterator[Gap]:
        kinds = _kinds(parts)
        if word in _WORDS or word.startswith("x-") or (word in _OF and _OF[word] not in kinds):
            return
        if word in ("properties", "additionalProperties", "items", "propertyNames"):
            yield from self._inside(parts, word, new, steps)
        elif word == "anyOf" and any(not [*self.gaps(parts, one, steps)] for one in new[word]):
            return
        elif not _implied(parts, word, new, kinds):
            yield Gap(steps, word, {"allOf": list(parts)}, dict(new))

    def _inside(self, parts: Sequence[Part], word: str, new: Part, steps: Steps) -> Iterator[Gap]:
        if any({"patternProperties", "prefixItems"} & {*part} for part in (*parts, new)):
            if not _closed(new) or all(dict(part) != dict(new) for part in parts):
                yield Gap(steps, word, {"allOf": list(parts)}, dict(new))
        elif word == "properties":
            for name, inner in new[word].items():
                yield from self.gaps(_named(parts, name), inner, (*steps, ("property", name)))
        elif word == "additionalProperties":
            named = {name for part in parts for name in part.get("properties", {})}
            for name in sorted(named - {*new.get("properties", {})}):
                yield from self.gaps(_named(parts, name), new[word], (*steps, ("property", name)))
            olds = [part.get(word, True) for part in parts]
            yield from self.gaps(olds, new[word], (*steps, ("property", "new")))
        else:
            olds = [part.get(word, True) for part in parts]
            names = [{"type": "string"}] if word == "propertyNames" else []
            yield from self.gaps([*olds, *names], new[word], (*steps, (word, "")))


def flat(schema: Schema, root: Schema) -> list[Part]:
    """Return the parts of a schema. An unknown `$ref` stays in its part, where no rule fits it."""
    if not isinstance(schema, dict):
        return [{}] if schema else [{"enum": []}]
    own = {key: value for key, value in schema.items() if key not in ("allOf", "$ref")}
    parts: list[Part] = [own]
    for inner in schema.get("allOf", []):
        parts += flat(inner, root)
    if "$ref" in schema:
        target = schema["$ref"]
        known = root.get("$defs", {}) if isinstance(root, dict) else {}
        name = target.removeprefix("#/$defs/")
        parts += flat(known[name], root) if name in known else [{"$ref": target}]
    return parts


def _named(parts: Sequence[Part], name: str) -> list[Schema]:
    """Return what the parts say of the property `name`."""
    other = ((part.get("properties", {}), part.get("additionalProperties", True)) for part in parts)
    return [properties.get(name, rest) for properties, rest in other]


def _nothing(parts: Sequence[Part]) -> bool:
    return not _kinds(parts) or any(part.get("enum") == [] for part in parts)


def _alternatives(parts: Sequence[Part]) -> tuple[list[Part], list[Schema]] | None:
    """Take one anyOf or oneOf out of the parts; every instance follows one of its branches."""
    for index, part in enumerate(parts):
        for word in ("anyOf", "oneOf"):
            if word in part:
                rest = {key: value for key, value in part.items() if key != word}
                return [*parts[:index], rest, *parts[index + 1 :]], part[word]
    return None


def _kinds(parts: Sequence[Part]) -> frozenset[str]:
    """Return the kinds of values that the parts let through."""
    kinds = KINDS
    for part in parts:
        kinds &= _of_types(part["type"]) if "type" in part else KINDS
        values = part.get("enum", [part["const"]] if "const" in part else None)
        kinds &= KINDS if values is None else {kind_of(value) for value in values}
    return kinds


def _of_types(types: str | list[str]) -> frozenset[str]:
    listed = {types} if isinstance(types, str) else {*types}
    return frozenset(
        listed - {"number"} | ({"integer", "fraction"} if "number" in listed else set())
    )


def kind_of(value: Any) -> str:
    """Return JSON Schema's name for the kind of a value; numbers are integer or fraction."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "integer" if value == math.floor(value) else "fraction"
    names = {str: "string", list: "array", dict: "object", type(None): "null"}
    return names[type(value)]


def _implied(parts: Sequence[Part], word: str, new: Part, kinds: frozenset[str]) -> bool:
    """Tell whether the parts show what `word` asks for, by its value alone."""
    asked = new[word]
    if word == "type":
        return kinds <= _of_types(asked)
    if word in ("enum", "const"):
        return _only(parts, asked if word == "enum" else [asked])
    if word in _SIZES:
        return _size(parts, word, asked)
    if word in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"):
        return not {"integer", "fraction"} & kinds or _bound(parts, word, kinds) <= _limit(
            word, asked, "fraction" not in kinds
        )
    if word == "required":
        return {*asked} <= {name for part in parts for name in part.get("required", [])}
    if word == "if":
        same = [[part.get(key) for key in ("if", "then", "else")] for part in parts]
        return _closed(new) and [new.get(key) for key in ("if", "then", "else")] in same
    if word not in _ALONE | {"patternProperties", "dependentRequired"}:
        return False  # it depends on its neighbours, or we do not know it
    return asked is False or (
        _closed(asked) and any(canonical(part.get(word)) == canonical(asked) for part in parts)
    )


def _only(parts: Sequence[Part], allowed: Sequence[Any]) -> bool:
    """Tell whether a part lists its values, all of them allowed; 1 and true are not the same."""
    known = {canonical(value) for value in allowed}
    listed = [part.get("enum", [part["const"]] if "const" in part else None) for part in parts]
    return any(
        values is not None and {canonical(value) for value in values} <= known for values in listed
    )


def _size(parts: Sequence[Part], word: str, asked: float) -> bool:
    if word.startswith("min"):
        return max((part.get(word, 0) for part in parts), default=0) >= asked
    return min((part.get(word, math.inf) for part in parts), default=math.inf) <= asked


def _bound(parts: Sequence[Part], word: str, kinds: frozenset[str]) -> tuple[float, int]:
    """Return the tightest limit of the parts on the side of `word`; smaller is tighter."""
    side = "inimum" if "inimum" in word else "aximum"
    words = [f"m{side}", f"exclusiveM{side}"]
    found = [(key, part[key]) for part in parts for key in words if key in part]
    limits = [_limit(key, value, "fraction" not in kinds) for key, value in found]
    return min(limits, default=(math.inf, 0))


def _limit(word: str, value: float, whole: bool) -> tuple[float, int]:
    """Return a limit of either side: the smaller is the tighter, and exclusive beats inclusive."""
    exclusive = word.startswith("exclusive")
    least = value if word.endswith("aximum") else -value
    if whole:
        inside = math.ceil(least) - 1 if exclusive else math.floor(least)
        return inside, 0
    return least, -1 if exclusive else 0


def _closed(value: Any) -> bool:
    """Tell whether a value holds no `$ref`, so that it means the same on either side."""
    return b'"$ref"' not in canonical(value)
