"""The shell's grammar, kept from the one thing that crashes it."""

import re
from functools import lru_cache

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

_ASCII = bytes(range(128)) + b"x" * 128
_ROOT_TEST = re.compile(rb"(\[ +(?:! +)?-\w +)/(?= +\])")


def parse(source: bytes) -> Node:
    """Return the syntax tree's root; its byte offsets are those of `source`.

    The grammar's scanner reads outside its tables on characters far beyond ASCII, such as U+10FFFF
    after an opening brace. None of them means anything to a shell, so letters stand in for them.
    It reads past the end of `[ -d / ]`; a dot stands in for the slash.
    """
    ascii_only = source.translate(_ASCII)
    return _parser().parse(_ROOT_TEST.sub(rb"\1.", ascii_only)).root_node


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bash.language()))
