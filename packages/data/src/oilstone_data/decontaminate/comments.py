"""Programs without their comments and docstrings, by their syntax trees."""

from __future__ import annotations

from functools import cache

import tree_sitter_bash
import tree_sitter_python
import tree_sitter_rust
from tree_sitter import Language, Parser, Query, QueryCursor

_GRAMMARS = {
    "rust": (tree_sitter_rust, "[(line_comment) (block_comment)] @gone"),
    "python": (
        tree_sitter_python,
        "(comment) @gone (module . (expression_statement (string)) @gone)"
        " (block . (expression_statement (string)) @gone)",
    ),
    "shell": (tree_sitter_bash, "(comment) @gone"),
}
# The shell grammar's scanner crashes on characters far beyond ASCII; letters stand in for them.
_ASCII = bytes(range(128)) + b"x" * 128
_ALIASES = {"bash": "shell", "sh": "shell"}


def without_comments(program: str, language: str) -> str:
    """`program` without comments and docstrings; as it is when the language is not known."""
    name = _ALIASES.get(language, language)
    if name not in _GRAMMARS:
        return program
    parser, query = _tools(name)
    source = program.encode("utf-8", "replace")
    tree = parser.parse(source.translate(_ASCII) if name == "shell" else source)
    found = QueryCursor(query).captures(tree.root_node).get("gone", [])
    pieces, end = [], 0
    for node in sorted(found, key=lambda node: node.start_byte):
        if node.start_byte >= end:
            pieces.append(source[end : node.start_byte])
            end = node.end_byte
    return b"".join([*pieces, source[end:]]).decode("utf-8", "replace")


@cache
def _tools(name: str) -> tuple[Parser, Query]:
    module, pattern = _GRAMMARS[name]
    language = Language(module.language())
    return Parser(language), Query(language, pattern)
