"""Recipes: YAML files checked against a schema, with defaults filled in and overrides applied."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oilstone_schemas import validate, yamlfile
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import guard

Origins = dict[yamlfile.Path, str]


def load(path: Path, schema: str, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Return the recipe at `path` with `overrides` ("a.b=value", the value in YAML) and defaults.

    Raises one OilstoneError that lists everything wrong, each with file:line or its override.
    """
    with guard(path):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise OilstoneError(f"{path}: not UTF-8: {error}") from error
    value, lines = yamlfile.parse(text, str(path))
    if not isinstance(value, dict):
        raise OilstoneError(f"{path}:1: a recipe is a mapping of keys to values")
    origins = {key: f"{path}:{line}" for key, line in lines.items()}
    for override in overrides:
        _override(value, override, origins)
    fill(value, validate.schema(schema))
    if validate.accepts(schema)(value):
        return value
    problems = list(
        dict.fromkeys(
            f"{_origin(key, origins)}: {_subject(key, message)}"
            for key, message in validate.findings(value, schema)
        )
    )
    if problems:
        raise OilstoneError("\n".join(problems))
    return value


def fill(value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None) -> None:
    """Fill in, in place, the "default" of every property that `value` lacks, at every depth."""
    root = schema if root is None else root
    schema = _resolved(schema, root)
    if isinstance(value, list) and "items" in schema:
        for item in value:
            fill(item, schema["items"], root)
    if isinstance(value, dict):
        for key, part in schema.get("properties", {}).items():
            part = _resolved(part, root)
            if key not in value and "default" in part:
                value[key] = copy.deepcopy(part["default"])
            if key in value:
                fill(value[key], part, root)


def _resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """Follow a `$ref` within the file; what stands beside it (a default) wins."""
    if "$ref" not in schema:
        return schema
    target: Any = root
    for part in schema["$ref"].removeprefix("#/").split("/"):
        target = target[part]
    return {**target, **{key: item for key, item in schema.items() if key != "$ref"}}


def _override(value: dict[str, Any], override: str, origins: Origins) -> None:
    where = f"--set {override!r}"
    name, equals, text = override.partition("=")
    keys = name.split(".")
    if not equals or not all(keys):
        raise OilstoneError(f"{where}: write it as --set key=value or --set key.below=value")
    target = value
    for depth, key in enumerate(keys[:-1], start=1):
        target = target.setdefault(key, {})
        if not isinstance(target, dict):
            raise OilstoneError(f"{where}: {'.'.join(keys[:depth])} is a value, not a mapping")
    target[keys[-1]], inner = yamlfile.parse(text, where)
    for path in inner:
        origins[(*keys, *path)] = where
    for depth in range(1, len(keys)):
        origins.setdefault(tuple(keys[:depth]), where)


def _origin(key: yamlfile.Path, origins: Origins) -> str:
    """Return where `key`, or the closest thing around it, was written."""
    while key not in origins:
        key = key[:-1]
    return origins[key]


def _subject(key: yamlfile.Path, message: str) -> str:
    """Put the key before the message, unless the message names the key itself."""
    dotted = ".".join(map(str, key))
    named = message.startswith(("unknown key", "missing key")) or not dotted
    above = ".".join(map(str, key[:-1]))
    if named:
        return f"{message} (in {above})" if above else message
    return f"{dotted}: {message}"
