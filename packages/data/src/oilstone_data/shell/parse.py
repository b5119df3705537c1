"""The simple commands of a shell text, as tree-sitter reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

DYNAMIC = "$"  # stands for a word that is only known when the command runs
_PLAIN = ("word", "number", "raw_string", "string", "string_content", "concatenation")
_WORDS = (*_PLAIN, "simple_expansion", "expansion", "command_substitution", "arithmetic_expansion")
_FOREIGN = re.compile(r"[^\x00-\x7f]")


def commands(text: str) -> list[list[str]]:
    """Return each simple command as its words, unquoted, in the order they stand.

    Commands inside substitutions, subshells and compound statements are among them.
    """
    found = (_words(node, text) for node in _walk(parse(text)) if node.type == "command")
    return [words for words in found if words]


def parse(text: str) -> Node:
    """Return the syntax tree of a text; its byte offsets are offsets of characters in the text.

    The grammar's scanner reads outside its tables, and crashes, on characters far beyond ASCII
    (after an opening brace, for one). None of them means anything to a shell, so letters stand in.
    """
    return _parser().parse(_FOREIGN.sub("x", text).encode("ascii")).root_node


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bash.language()))


def _walk(root: Node) -> Iterator[Node]:
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(node.children))


def _words(command: Node, text: str) -> list[str]:
    found: list[str] = []
    for child in command.named_children:
        if child.type == "command_name":
            found.extend(_word(inner, text) for inner in child.named_children)
        elif child.type in _WORDS:
            found.append(_word(child, text))
    return found


def _word(node: Node, text: str) -> str:
    if node.type == "raw_string":
        return text[node.start_byte + 1 : node.end_byte - 1]
    if node.type in ("string", "concatenation"):
        return "".join(_word(child, text) for child in node.named_children)
    if node.type in _PLAIN:
        return text[node.start_byte : node.end_byte].replace("\\", "")
    return DYNAMIC
