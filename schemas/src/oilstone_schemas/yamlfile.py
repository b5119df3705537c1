"""YAML as people expect it, with the line of every key.

What PyYAML would read by surprise is read as written: `no` and `on` are words, 012 and 1:30 are
words, 1e-4 is a number, dates are words. Aliases, doubled keys and keys that are not words are
refused.
"""

import math
import re
from typing import Any

import yaml

from oilstone_schemas.command import OilstoneError

Path = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """Knows null, true, false and JSON's numbers; everything else plain is a word."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's way of configuring

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.get_event()  # type: ignore[no-untyped-call]  # PyYAML has no types here
            raise yaml.MarkedYAMLError(
                problem=f"the alias *{event.anchor} is not read; write the value out",
                problem_mark=event.start_mark,
            )
        return super().compose_node(parent, index)


def _resolve(tag: str, pattern: str, first: str) -> None:
    regex = re.compile(rf"^(?:{pattern})$")
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", regex, list(first))


_resolve("null", r"null|~|", "n~")
_Loader.yaml_implicit_resolvers.setdefault("", []).extend(_Loader.yaml_implicit_resolvers["~"])
_resolve("bool", r"true|false", "tf")
_resolve("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789")
_resolve(
    "float",
    r"[-+]?[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+|[-+]?[0-9]*\.[0-9]+|[-+]?[0-9]+\.",
    "-+.0123456789",
)


def parse(text: str, where: str) -> tuple[Any, dict[Path, int]]:
    """Return the value of a YAML text, and the line (from 1) of every key and list item in it.

    Raises OilstoneError with `where`:line for everything that is not read.
    """
    try:
        loader = _Loader(text)
    except yaml.YAMLError as error:
        raise OilstoneError(f"{where}: not readable as YAML: {error}") from error
    try:
        node = loader.get_single_node()
        lines: dict[Path, int] = {(): 1}
        value = None if node is None else _value(loader, node, (), lines)
        return value, lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else 1
        raise OilstoneError(f"{where}:{line}: not readable as YAML: {error.problem}") from error
    finally:
        loader.dispose()


def _value(loader: _Loader, node: yaml.Node, path: Path, lines: dict[Path, int]) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, child in enumerate(node.value):
            lines[(*path, index)] = child.start_mark.line + 1
            items.append(_value(loader, child, (*path, index), lines))
        return items
    return _scalar(loader, node)


def _mapping(
    loader: _Loader, node: yaml.MappingNode, path: Path, lines: dict[Path, int]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, child in node.value:
        key = key_node.value
        if key_node.tag != "tag:yaml.org,2002:str":
            raise _refused(key_node, f"the key {key!r} is not a word; quote it")
        if key in found:
            raise _refused(key_node, f"the key '{key}' stands there twice")
        lines[(*path, key)] = key_node.start_mark.line + 1
        found[key] = _value(loader, child, (*path, key), lines)
    return found


def _scalar(loader: _Loader, node: yaml.Node) -> Any:
    value = loader.construct_object(node)
    if isinstance(value, float) and not math.isfinite(value):
        raise _refused(node, f"{node.value} is not a finite number")
    if not isinstance(value, str | int | float | bool | None):
        raise _refused(node, f"{node.tag} is not read; a recipe holds what JSON can hold")
    return value


def _refused(node: yaml.Node, message: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=message, problem_mark=node.start_mark)
