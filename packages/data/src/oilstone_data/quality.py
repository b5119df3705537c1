"""Signals of style in a Rust program, read from its syntax tree: comments and strings earn nothing.

The signals are those of a two-phase Rust curriculum: six marks of idiom, four of low quality, each
counted as present or absent, and whether an item carries a doc comment.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TypedDict

import tree_sitter_rust
from tree_sitter import Language, Parser, Query, QueryCursor


class Signals(TypedDict):
    """Marks present in one program: idiomatic 0 to 6, low_quality 0 to 4."""

    idiomatic: int
    low_quality: int
    documented: bool


_RETURNS = '(function_item return_type: (generic_type type: (_) @t (#match? @t "(^|::)%s$")))'
IDIOMATIC = {
    "result": _RETURNS % "Result",
    "option": _RETURNS % "Option",
    "combinator": "(call_expression function: (field_expression field: (field_identifier) @m"
    ' (#any-of? @m "unwrap_or" "unwrap_or_else" "expect" "map" "and_then")))',
    "derive": '(attribute (identifier) @a (#eq? @a "derive"))',
    "trait_impl": "(impl_item trait: (_))",
    "public": "(visibility_modifier)",
}
LOW_QUALITY = {
    "todo": '[(line_comment) (block_comment)] @c (#match? @c "TODO|FIXME|XXX|HACK")',
    "print": '(macro_invocation macro: (identifier) @m (#any-of? @m "println" "dbg"))',
    "unsafe": "(unsafe_block)",
    "allow": '(attribute (identifier) @a (#eq? @a "allow"))',
}
DOCUMENTED = "[(line_comment doc: (_)) (block_comment doc: (_))] @doc"


@cache
def _language() -> Language:
    return Language(tree_sitter_rust.language())


@cache
def _query() -> Query:
    marks = {**IDIOMATIC, **LOW_QUALITY, "documented": DOCUMENTED}
    return Query(_language(), "\n".join(f"({pattern}) @{name}" for name, pattern in marks.items()))


def marks(program: str) -> Iterator[str]:
    """Names of the marks present in `program`."""
    tree = Parser(_language()).parse(program.encode())
    yield from QueryCursor(_query()).captures(tree.root_node)


def signals(program: str) -> Signals:
    """How many marks of idiom and of low quality `program` shows, and whether it is documented."""
    present = set(marks(program))
    return {
        "idiomatic": len(present & IDIOMATIC.keys()),
        "low_quality": len(present & LOW_QUALITY.keys()),
        "documented": "documented" in present,
    }
