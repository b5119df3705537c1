"""Programs without their comments and docstrings, by their syntax trees."""

from __future__ import annotations

from oilstone_data.decontaminate.syntax import captured, grammar_of

_COMMENTS = {
    "rust": "[(line_comment) (block_comment)] @gone",
    "python": "(comment) @gone (module . (expression_statement (string)) @gone)"
    " (block . (expression_statement (string)) @gone)",
    "shell": "(comment) @gone",
}
_SIGNS = {"rust": ("//", "/*"), "python": ("#", '"', "'"), "shell": ("#",)}  # all begin with one


def without_comments(program: str, language: str) -> str:
    """`program` without comments and docstrings; as it is when the language is not known."""
    grammar = grammar_of(language)
    if grammar is None or not any(sign in program for sign in _SIGNS[grammar]):
        return program
    source = program.encode("utf-8", "replace")
    pieces, end = [], 0
    for node in captured(source, grammar, _COMMENTS[grammar], "gone"):
        if node.start_byte >= end:
            pieces.append(source[end : node.start_byte])
            end = node.end_byte
    return b"".join([*pieces, source[end:]]).decode("utf-8", "replace")
