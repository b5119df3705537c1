"""The simple commands of a shell text, as tree-sitter reads them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

DYNAMIC = "$"  # stands for a word that is only known when the command runs
_PLAIN = ("word", "number", "raw_string", "string", "string_content", "concatenation")
_WORDS = (*_PLAIN, "simple_expansion", "expansion", "command_substitution", "arithmetic_expansion")


def commands(text: str) -> list[list[str]]:
    """Return each simple command as its words, unquoted, in the order they stand.

    Commands inside substitutions, subshells and compound statements are among them.
    """
    root = _parser().parse(text.encode("utf-8", "replace")).root_node
    return [words for node in _walk(root) if node.type == "command" and (words := _words(node))]


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bash.language()))


def _walk(root: Node) -> Iterator[Node]:
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(node.children))


def _words(command: Node) -> list[str]:
    found: list[str] = []
    for child in command.named_children:
        if child.type == "command_name":
            found.extend(_word(inner) for inner in child.named_children)
        elif child.type in _WORDS:
            found.append(_word(child))
    return found


def _word(node: Node) -> str:
    if node.type == "raw_string":
        return _text(node)[1:-1]
    if node.type in ("string", "concatenation"):
        return "".join(map(_word, node.named_children))
    if node.type in _PLAIN:
        return _text(node)
    return DYNAMIC


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace").replace("\\", "")
