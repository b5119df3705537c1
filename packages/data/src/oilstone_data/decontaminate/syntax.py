"""Syntax trees of programs in the languages that decontamination looks at closely."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from tree_sitter import Language, Node, Parser, Query, QueryCursor

_GRAMMARS = {
    "rust": "tree_sitter_rust",
    "python": "tree_sitter_python",
    "shell": "tree_sitter_bash",
}
# The shell grammar's scanner crashes on characters far beyond ASCII; letters stand in for them.
_ASCII = bytes(range(128)) + b"x" * 128
_ALIASES = {"bash": "shell", "sh": "shell"}


def grammar_of(language: str) -> str | None:
    """The name of the grammar for a language as problems name it, if there is one."""
    name = _ALIASES.get(language, language)
    return name if name in _GRAMMARS else None


def captured(source: bytes, grammar: str, pattern: str, name: str) -> list[Node]:
    """Nodes of the tree of `source` that `pattern` captures as `name`, in order."""
    parser, query = _tools(grammar, pattern)
    tree = parser.parse(source.translate(_ASCII) if grammar == "shell" else source)
    found = QueryCursor(query).captures(tree.root_node).get(name, [])
    return sorted(found, key=lambda node: node.start_byte)


@cache
def _tools(grammar: str, pattern: str) -> tuple[Parser, Query]:
    language = Language(import_module(_GRAMMARS[grammar]).language())
    return Parser(language), Query(language, pattern)
