"""Which schema a file follows, and whether it does."""

import re
from pathlib import Path
from typing import Any

from oilstone_schemas import jsonl, recipe, strict, validate
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import guard

_BY_NAME = {
    r"(train|eval|test)\.jsonl": "row.v1",
    r"refused\.jsonl": "refused.v1",
    r"problems\.jsonl": "problem.v1",
    r"samples\.jsonl": "sample.v1",
    r"verdicts\.jsonl": "verdict.v1",
    r"marks\.jsonl": "mark.v1",
    r"looks\.jsonl": "look.v1",
    r"outcomes\.jsonl": "outcome.v1",
    r"adapters\.jsonl": "adapters.v1",
    r"events\.jsonl": "event.v1",
    r"abtests\.jsonl": "abtest.v1",
    r"metrics\.json": "metrics.v1",
    r"decision\.json": "decision.v1",
    r"manifest\.json": "manifest.v1",
    r"gates\.yaml": "gates.v1",
    r"waivers\.yaml": "waivers.v1",
    r"phase[^/]*\.yaml": "recipe-phase.v1",
    r"sweep[^/]*\.yaml": "recipe-sweep.v1",
    r"probe[^/]*\.yaml": "recipe-probe.v1",
    r"(data|base|eval|enrich|retrain|experiment)\.yaml": r"recipe-\1.v1",
    r"(from-verdicts|from-outcomes)\.yaml": r"recipe-\1.v1",
    r"domains\.json": "domains.v1",
    r"keys\.json": "keys.v1",
    r"lr-range\.json": "lr-range.v1",
    r"classes\.jsonl": "class.v1",
}


def schema_of(name: str) -> str | None:
    """Return the schema that a file of this name follows; `.gz` does not matter."""
    for pattern, schema in _BY_NAME.items():
        if match := re.fullmatch(pattern, name.removesuffix(".gz")):
            return match.expand(schema)
    return None


def infer(path: Path) -> str:
    """Return the schema of a file by its name, else by its "schema" field.

    Raises OilstoneError when neither tells.
    """
    name = schema_of(path.name)
    if name is None and path.suffix == ".json":
        value = read(path)
        name = value.get("schema") if isinstance(value, dict) else None
    if name is None:
        raise OilstoneError(f"{path}: its name tells no schema; name one with --schema")
    return name


def check(path: Path, schema: str) -> int:
    """Check a whole file (JSON, YAML, or JSON Lines) and return its number of instances.

    Raises OilstoneError with file:line at the first bad row, or with everything wrong in a
    single instance.
    """
    if path.name.removesuffix(".gz").endswith(".jsonl"):
        return sum(1 for _ in jsonl.read(path, schema))
    if path.suffix in (".yaml", ".yml"):
        recipe.load(path, schema)
    else:
        validate.check(read(path), schema, str(path))
    return 1


def read(path: Path) -> Any:
    """Return the value of a strict JSON file. Raises OilstoneError when it is not one."""
    with guard(path):
        content = path.read_bytes()
    try:
        return strict.parse(content)
    except ValueError as error:
        raise OilstoneError(f"{path}: not strict JSON: {error}") from error
