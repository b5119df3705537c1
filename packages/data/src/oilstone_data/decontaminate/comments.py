"""Programs without their comments, docstrings and imports, by their syntax trees."""

from __future__ import annotations

from collections.abc import Mapping

from oilstone_data.decontaminate.syntax import captured, grammar_of

_COMMENTS = {
    "rust": "[(line_comment) (block_comment)] @gone",
    "python": "(comment) @gone (module . (expression_statement (string)) @gone)"
    " (block . (expression_statement (string)) @gone)",
    "shell": "(comment) @gone",
}
_IMPORTS = {
    "rust": "(use_declaration) @gone",
    "python": "[(import_statement) (import_from_statement)] @gone",
}


def without_comments(program: str, language: str) -> str:
    """`program` without comments and docstrings; as it is when the language is not known."""
    return _without(program, language, _COMMENTS)


def without_imports(program: str, language: str) -> str:
    """`program` without its imports, which formatters sort and split."""
    return _without(program, language, _IMPORTS)


def _without(program: str, language: str, patterns: Mapping[str, str]) -> str:
    grammar = grammar_of(language)
    if grammar is None or grammar not in patterns:
        return program
    source = program.encode("utf-8", "replace")
    pieces, end = [], 0
    for node in captured(source, grammar, patterns[grammar], "gone"):
        if node.start_byte >= end:
            pieces.append(source[end : node.start_byte])
            end = node.end_byte
    return b"".join([*pieces, source[end:]]).decode("utf-8", "replace")
