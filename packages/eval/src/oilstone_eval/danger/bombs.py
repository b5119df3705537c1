"""Functions and scripts that start themselves again and again."""

import re

from tree_sitter import Node

_ALWAYS = (b"true", b":", b"[ 1 ]", b"((1))", b"[[ 1 ]]", b"[ true ]")
_ITSELF = re.compile(r"(^|[;&|({\s])(\./)?\$0\s*(\|\s*(\./)?\$0|&)")


def is_bomb(name: str, body: Node) -> bool:
    """Tell whether a function's body starts the function in the background or twice in a pipe."""
    calls = [node for node in _commands(body) if _name(node) == name]
    piped = [node for node in calls if node.parent is not None and node.parent.type == "pipeline"]
    behind = [node for node in calls if _follows(node) or _follows(node.parent)]
    return len(piped) > 1 or bool(behind)


def is_script_bomb(text: str) -> bool:
    """Tell whether a script starts itself in the background or in a pipe."""
    return bool(_ITSELF.search(text))


def is_endless(loop: Node) -> bool:
    """Tell whether a loop without end starts things in the background and waits for nothing."""
    body = loop.child_by_field_name("body")
    condition = loop.child_by_field_name("condition")
    if body is None or (condition is not None and condition.text not in _ALWAYS):
        return False
    own = [child for child in body.children if child.is_named and child.type != "comment"]
    return bool(own) and all(_behind(child) for child in own)


def _behind(statement: Node) -> bool:
    if statement.type == "subshell":
        return all(_follows(child) for child in statement.named_children)
    return _follows(statement)


def _follows(node: Node | None) -> bool:
    after = node.next_sibling if node is not None else None
    return after is not None and after.type == "&"


def _commands(node: Node) -> list[Node]:
    own = [node] if node.type == "command" else []
    return own + [each for child in node.named_children for each in _commands(child)]


def _name(command: Node) -> str:
    name = command.child_by_field_name("name")
    return name.text.decode(errors="replace") if name is not None and name.text else ""
