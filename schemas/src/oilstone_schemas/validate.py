"""JSON Schemas by name, and instances checked against them.

The schema files beside this module are the source of truth; "row.v1" is `v1/row.v1.schema.json`.
"""

import difflib
import functools
from collections.abc import Callable, Iterator
from importlib import resources
from typing import TYPE_CHECKING, Any

from oilstone_schemas.canonical import loads
from oilstone_schemas.command import OilstoneError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

Path = tuple[str | int, ...]
_SUFFIX = ".schema.json"
_LONGEST = 300  # characters of one message: a broken row may be a whole program


@functools.cache
def _files() -> dict[str, Any]:
    majors = (folder for folder in resources.files("oilstone_schemas").iterdir() if folder.is_dir())
    files = (file for folder in majors for file in folder.iterdir())
    found = {f.name.removesuffix(_SUFFIX): f for f in files if f.name.endswith(_SUFFIX)}
    return dict(sorted(found.items()))


def names() -> list[str]:
    """Return the names of all schemas, sorted: "decision.v1", "gates.v1", ..."""
    return list(_files())


@functools.cache
def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema called `name`. Raises OilstoneError when there is none."""
    if name not in _files():
        raise OilstoneError(f"there is no schema called {name!r}; known: {', '.join(names())}")
    loaded: dict[str, Any] = loads(_files()[name].read_bytes())
    return loaded


@functools.cache
def validator(name: str) -> "Draft202012Validator":
    """Return the compiled validator of the schema called `name`."""
    # Importing it takes longer than many a command that finds nothing wrong.
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema(name))


@functools.cache
def accepts(name: str) -> Callable[[Any], bool]:
    """Return a quick test for instances parsed from JSON; what it refuses is for `check` to judge.

    It is jsonschema-rs, an extra, where that is installed: some hundred times as fast as
    jsonschema, whose word counts for all that is refused. Tests hold that the two agree.
    """
    try:
        import jsonschema_rs
    except ImportError:
        return validator(name).is_valid
    return jsonschema_rs.Draft202012Validator(schema(name)).is_valid


@functools.cache
def accepts_all(name: str) -> Callable[[list[Any]], bool]:
    """Return what `accepts` returns, for a list of instances in one call."""
    try:
        import jsonschema_rs
    except ImportError:
        return lambda instances: all(map(accepts(name), instances))
    return jsonschema_rs.Draft202012Validator({"items": schema(name)}).is_valid


@functools.cache
def volatile_fields(name: str) -> frozenset[str]:
    """Return the fields marked `x-volatile`: true things, such as times, that are no identity."""
    fields: dict[str, dict[str, Any]] = schema(name).get("properties", {})
    return frozenset(key for key, value in fields.items() if value.get("x-volatile"))


def findings(instance: Any, name: str) -> Iterator[tuple[Path, str]]:
    """Yield (path of keys and indexes, message) for everything that breaks the schema."""
    from jsonschema.exceptions import best_match

    ordered = sorted(validator(name).iter_errors(instance), key=lambda e: list(map(str, e.path)))
    # jsonschema reports each missing key by itself, _explain all of them: once is enough.
    yield from dict.fromkeys(found for error in ordered for found in _explain(best_match([error])))


def errors(instance: Any, name: str) -> list[str]:
    """Return what breaks the schema as "$.tests[0].stdin: message"; empty when all is well."""
    return [f"{_dotted(path)}: {message}" for path, message in findings(instance, name)]


def check(instance: Any, name: str, where: str) -> None:
    """Raise one OilstoneError that names `where` and everything wrong with `instance`."""
    if not validator(name).is_valid(instance):
        raise OilstoneError("\n".join(f"{where}: {text}" for text in errors(instance, name)))


def _explain(error: Any) -> Iterator[tuple[Path, str]]:
    path, instance = tuple(error.absolute_path), error.instance
    if error.validator == "additionalProperties" and error.validator_value is False:
        known = list(error.schema.get("properties", {}))
        for key in [key for key in instance if key not in known]:
            yield (*path, key), _unknown(key, known)
    elif error.validator == "required":
        for key in [key for key in error.validator_value if key not in instance]:
            yield (*path, key), f"missing key '{key}'"
    else:
        yield path, _short(error.message)


def _unknown(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(known)}"
    return f"unknown key '{key}'; {hint}"


def _short(message: str) -> str:
    if len(message) <= _LONGEST:
        return message
    return f"{message[: _LONGEST // 2]} ... {message[-_LONGEST // 2 :]}"


def _dotted(path: Path) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "$" + "".join(parts)
