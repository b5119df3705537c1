"""The same marks as `patterns`, read from the syntax tree: comments and strings earn nothing."""

from __future__ import annotations

import re
from functools import cache

import tree_sitter_rust
from tree_sitter import Language, Parser, Query, QueryCursor

from oilstone_data.quality import DOCUMENTED, IDIOMATIC, LOW_QUALITY

_TESTS = """
(attribute (identifier) @attribute (#any-of? @attribute "test" "bench"))
(attribute (scoped_identifier name: (identifier) @attribute (#eq? @attribute "test")))
(attribute (identifier) @cfg (#eq? @cfg "cfg") arguments: (token_tree) @condition)
"""
_NEGATED = re.compile(r"\bnot\s*\([^()]*\)")
_TEST = re.compile(r"\btest\b(?!\s*=)")


@cache
def _tools() -> tuple[Parser, Query]:
    language = Language(tree_sitter_rust.language())
    marks = {**IDIOMATIC, **LOW_QUALITY, "documented": DOCUMENTED}
    text = "\n".join(f"({pattern}) @{name}" for name, pattern in marks.items())
    return Parser(language), Query(language, text + _TESTS)


def marks(program: str) -> frozenset[str]:
    """Return the names of the marks that `program` shows, test and benchmark code among them."""
    parser, query = _tools()
    found = QueryCursor(query).captures(parser.parse(program.encode()).root_node)
    attributes = {node.text for node in found.get("attribute", [])}
    conditions = [(node.text or b"").decode() for node in found.get("condition", [])]
    present = found.keys() - {"attribute", "cfg", "condition", "m", "t", "a", "c", "doc"}
    if b"test" in attributes or any(_TEST.search(_NEGATED.sub("", c)) for c in conditions):
        present |= {"test_code"}
    return frozenset(present | ({"bench_code"} if b"bench" in attributes else set()))
