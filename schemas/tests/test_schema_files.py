"""What holds for every schema file, those of the recipes included."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from oilstone_schemas import intervals, validate

EVERY = pytest.mark.parametrize("name", validate.names())


def _objects(schema: Any, path: str = "$") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema of an object with named fields, at any depth."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict) and "if" not in path:
            yield path, schema
        for key, value in schema.items():
            yield from _objects(value, f"{path}.{key}")
    if isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from _objects(value, f"{path}[{index}]")


@EVERY
def test_is_a_draft_2020_12_schema(name: str) -> None:
    Draft202012Validator.check_schema(validate.schema(name))


@EVERY
def test_every_field_is_described(name: str) -> None:
    bare = [
        f"{path}.{key}"
        for path, schema in _objects(validate.schema(name))
        if "allOf" not in path
        for key, value in schema["properties"].items()
        if not value.get("description")
    ]
    assert bare == []


@EVERY
def test_every_object_is_closed(name: str) -> None:
    open_ones = [
        path
        for path, schema in _objects(validate.schema(name))
        if "allOf" not in path and schema.get("additionalProperties") is not False
    ]
    assert open_ones == []


@EVERY
def test_volatile_fields_stand_at_the_top(name: str) -> None:
    """Deeper ones would not be left out of the stable hash."""
    deep = [
        path
        for path, schema in _objects(validate.schema(name))
        if path != "$" and any("x-volatile" in value for value in schema["properties"].values())
    ]
    assert deep == []


def test_metric_methods_are_the_interval_methods() -> None:
    record = validate.schema("metrics.v1")["$defs"]["record"]
    assert record["properties"]["method"]["enum"] == list(intervals.NAMES)
