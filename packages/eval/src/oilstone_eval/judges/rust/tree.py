"""Rust syntax trees: comments and strings are nodes of their own and can't pass for code."""

from collections.abc import Iterator
from functools import lru_cache

import tree_sitter_rust
from tree_sitter import Language, Node, Parser

COMMENTS = ("line_comment", "block_comment")


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return Parser(Language(tree_sitter_rust.language()))


def parse(code: str) -> Node:
    """Return the root of the program's tree; `has_error` tells that it does not parse."""
    return _parser().parse(code.encode(errors="replace")).root_node


def text(node: Node | None) -> str:
    """Return a node's source text; of no node, nothing."""
    return node.text.decode(errors="replace") if node and node.text else ""


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all below it. A macro's arguments are walked as if a function's."""
    yield node
    children = node.named_children
    if node.type == "macro_invocation":
        children = [_arguments(node) or node.named_children[-1]]
    for child in children:
        if child.type not in COMMENTS:
            yield from walk(child)


def _arguments(macro: Node) -> Node | None:
    """Parse what stands between a macro's brackets as call arguments, if it reads as such."""
    inside = text(macro.named_children[-1])[1:-1]
    root = parse(f"fn m() {{ m({inside}); }}")
    return None if root.has_error else root.named_children[0].child_by_field_name("body")


def method(node: Node) -> str:
    """Return the name of the method that this node calls; "" if it calls none."""
    field = _field(node)
    return text(field.child_by_field_name("field")) if field else ""


def receiver(node: Node) -> Node | None:
    """Return what the method is called on."""
    field = _field(node)
    return field.child_by_field_name("value") if field else None


def _field(node: Node) -> Node | None:
    if node.type != "call_expression":
        return None
    called = node.child_by_field_name("function")
    if called and called.type == "generic_function":
        called = called.child_by_field_name("function")
    return called if called and called.type == "field_expression" else None


def arity(node: Node) -> int:
    """Return the number of arguments of a call."""
    arguments = node.child_by_field_name("arguments")
    return sum(child.type not in COMMENTS for child in arguments.named_children) if arguments else 0


def functions(root: Node) -> list[Node]:
    """Return the functions with something in their body, methods among them."""
    found = [node for node in walk(root) if node.type == "function_item"]
    return [node for node in found if _body(node)]


def _body(function: Node) -> list[Node]:
    body = function.child_by_field_name("body")
    children = body.named_children if body else []
    return [child for child in children if child.type not in COMMENTS]


def is_main(function: Node) -> bool:
    """Tell whether this is the program's entry."""
    parent = function.parent
    top = parent is not None and parent.type == "source_file"
    return top and text(function.child_by_field_name("name")) == "main"


def below(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it, comments and the tokens of macros among them."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += reversed(found.children)
