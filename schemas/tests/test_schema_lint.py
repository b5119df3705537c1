"""No schema uses what validators read differently, so that every language gives one verdict."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from oilstone_schemas import validate

# Left out on purpose: format (asserted by some), multipleOf (floats), contains, unevaluated* and
# $dynamicRef (support), dependent*, patternProperties, not.
WORDS = {
    *("$schema", "$id", "$ref", "$defs", "title", "description", "default", "examples"),
    *("type", "enum", "const", "properties", "required", "additionalProperties", "items"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength"),
    *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "pattern"),
    *("allOf", "anyOf", "oneOf", "if", "then", "else", "propertyNames", "x-volatile"),
}
NAMED = {"properties", "$defs"}
DATA = {"enum", "const", "default", "examples", "required"}
# ASCII letters, digits, classes, groups and counts; no \d \w \s \b, which know other alphabets.
SAFE = re.compile(
    r"(?:[A-Za-z0-9_:/@%+, -]|\[[^\]\\&\[]+\]|\\[.\\/*+?()-]|[.*+?|{}]|\((?:\?:)?|\))*"
)
NO_NEWLINE = r"(?!\n)$"  # Python's $ also stands before a newline at the end


def _schemas(schema: Any, path: str = "$") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema in a schema."""
    if not isinstance(schema, dict):
        return
    yield path, schema
    for key, value in schema.items():
        if key in NAMED:
            for name, inner in value.items():
                yield from _schemas(inner, f"{path}.{key}.{name}")
        elif key not in DATA:
            for index, inner in enumerate(value if isinstance(value, list) else [value]):
                yield from _schemas(inner, f"{path}.{key}[{index}]")


def _unsafe(schema: dict[str, Any]) -> str | None:
    """Say what is wrong with the pattern of a schema."""
    pattern, longest = schema["pattern"], schema.get("maxLength")
    body = pattern.removesuffix(NO_NEWLINE).removesuffix("$").removeprefix("^")
    if not pattern.startswith("^"):
        return "begin it with ^"
    if not SAFE.fullmatch(body):
        return "use ASCII literals, classes, groups and counts only"
    if pattern.endswith("$") and not pattern.endswith(NO_NEWLINE) and not _as_long(body, longest):
        return f"end it with {NO_NEWLINE}, or, where all that match are equally long, add maxLength"
    return None


def _as_long(body: str, longest: int | None) -> bool:
    """Tell whether all that matches is exactly `longest` characters long."""
    counts = re.sub(r"\[[^\]]+\]|\\.", "x", body)
    if longest is None or re.search(r"[*+?|(]|\{\d*,", counts):
        return False
    return len(re.sub(r"x\{(\d+)\}", lambda found: "x" * int(found[1]), counts)) == longest


EVERY = pytest.mark.parametrize("name", validate.names())


@EVERY
def test_only_words_that_validators_agree_on(name: str) -> None:
    used = [(path, set(schema) - WORDS) for path, schema in _schemas(validate.schema(name))]
    assert [(path, odd) for path, odd in used if odd] == []


@EVERY
def test_patterns_mean_the_same_everywhere(name: str) -> None:
    found = [(path, s) for path, s in _schemas(validate.schema(name)) if "pattern" in s]
    said = [(path, s["pattern"], _unsafe(s)) for path, s in found]
    assert [each for each in said if each[2]] == []


@EVERY
def test_references_stay_in_the_file(name: str) -> None:
    schema = validate.schema(name)
    references = [s["$ref"] for _, s in _schemas(schema) if "$ref" in s]
    known = {f"#/$defs/{key}" for key in schema.get("$defs", {})}
    assert set(references) - known == set()


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": "[0-9a-f]"},
        {"pattern": "^[0-9a-f]{64}$"},
        {"pattern": "^[0-9a-f]{64}$", "maxLength": 65},
        {"pattern": "^[a-z]*$", "maxLength": 9},
        {"pattern": r"^\d{4}$", "maxLength": 4},
    ],
)
def test_the_lint_finds(schema: dict[str, Any]) -> None:
    assert _unsafe(schema) is not None
