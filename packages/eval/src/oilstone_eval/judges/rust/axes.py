"""The four axes of the idiomatic score. Each returns a share in [0, 1], or None: does not apply."""

from collections.abc import Iterable

from tree_sitter import Node

from oilstone_eval.judges.rust.tree import (
    arity,
    functions,
    is_main,
    method,
    receiver,
    text,
    walk,
)
from oilstone_eval.names import names

ITERATION = names(
    "map filter filter_map flat_map flatten fold try_fold reduce sum product collect any all find"
    " find_map position rposition zip enumerate rev take skip take_while skip_while map_while"
    " chain windows chunks chunks_exact chunk_by min_by max_by min_by_key max_by_key scan step_by"
    " for_each try_for_each partition unzip cloned copied peekable inspect nth"
    " is_sorted"
)
# Also methods of numbers and collections, there with an argument.
WITHOUT_ARGUMENT = names("count min max cycle")
HANDLING = names(
    "unwrap_or unwrap_or_else unwrap_or_default ok_or ok_or_else map_err and_then or_else map_or"
    " map_or_else is_some_and is_none_or is_ok_and ok err transpose"
)
PANICS = names("unwrap expect unwrap_err expect_err")
PANIC_MACROS = names("panic todo unimplemented")
OUTCOMES = names("Result Option")
VARIANTS = names("Some None Ok Err")
LOOPS = ("for_expression", "while_expression", "loop_expression")


def _share(good: int, bad: int) -> float:
    return good / (good + bad) if good + bad else 0.0


def iteration(root: Node) -> float | None:
    """Iterator chains against hand-written loops; a chain counts once, however long."""
    nodes = list(walk(root))
    chained = [node for node in nodes if _iterates(node)]
    inner = {start.id for node in chained for start in _receivers(node)}
    good = sum(node.id not in inner for node in chained)
    bad = sum(map(_loops_by_hand, nodes)) + _pushes(nodes)
    return _share(good, bad) if good + bad else None


def _iterates(node: Node) -> bool:
    name = method(node)
    return name in ITERATION or (name in WITHOUT_ARGUMENT and arity(node) == 0)


def _receivers(node: Node) -> Iterable[Node]:
    """Yield the calls before this one in its method chain."""
    before = receiver(node)
    while before is not None:
        yield before
        before = before.named_child(0) if before.type == "try_expression" else receiver(before)


def _loops_by_hand(node: Node) -> bool:
    """A while that does not destructure, or a for over a range whose variable is an index."""
    if node.type == "while_expression":
        return not any(child.type == "let_condition" for child in _condition(node))
    if node.type != "for_expression":
        return False
    name = text(node.child_by_field_name("pattern"))
    over, body = node.child_by_field_name("value"), node.child_by_field_name("body")
    ranged = over is not None and any(child.type == "range_expression" for child in walk(over))
    return ranged and body is not None and any(_indexed_by(child, name) for child in walk(body))


def _condition(loop: Node) -> Iterable[Node]:
    condition = loop.child_by_field_name("condition")
    return walk(condition) if condition else ()


def _indexed_by(node: Node, name: str) -> bool:
    if node.type != "index_expression":
        return False
    index = node.named_children[-1]
    return any(child.type == "identifier" and text(child) == name for child in walk(index))


def _pushes(nodes: list[Node]) -> int:
    """Count the loops that gather by pushing what an iterator would collect."""
    return sum(
        node.type in LOOPS and any(method(below) == "push" for below in walk(node))
        for node in nodes
    )


def errors(root: Node) -> float:
    """Handled and passed-on failures against panics; of neither, 0."""
    nodes = list(walk(root))
    return _share(sum(map(_handles, nodes)), sum(map(_panics, nodes)))


def _handles(node: Node) -> bool:
    if node.type == "try_expression" or method(node) in HANDLING:
        return True
    if node.type == "function_item":
        return _outer_type(node.child_by_field_name("return_type")) in OUTCOMES
    return _destructures(node)


def _destructures(node: Node) -> bool:
    """A match arm, if let, while let or let-else on Some, None, Ok or Err; a match counts once."""
    if node.type == "match_expression":
        body = node.child_by_field_name("body")
        arms = body.named_children if body else []
        return any(_names_variant(arm.child_by_field_name("pattern")) for arm in arms)
    if node.type == "let_condition" or (node.type == "let_declaration" and _has_else(node)):
        return _names_variant(node.child_by_field_name("pattern"))
    return False


def _has_else(declaration: Node) -> bool:
    return declaration.child_by_field_name("alternative") is not None


def _names_variant(pattern: Node | None) -> bool:
    return pattern is not None and any(
        child.type == "identifier" and text(child) in VARIANTS for child in walk(pattern)
    )


def _panics(node: Node) -> bool:
    if node.type == "macro_invocation":
        return text(node.child_by_field_name("macro")) in PANIC_MACROS
    return method(node) in PANICS


def structure(root: Node) -> float:
    """The share of functions other than main; half of them is enough for all of it."""
    found = functions(root)
    others = sum(not is_main(function) for function in found)
    return min(1.0, 2 * others / len(found)) if found else 0.0


def types(root: Node) -> float | None:
    """Slices, &str, Option, Result and iterators in signatures, against owned or &Vec, &String.

    Functions of nothing but plain values have no such choice, and then the axis does not apply.
    """
    others = [function for function in functions(root) if not is_main(function)]
    kinds = [_kind(each) for function in others for each in _signature(function)]
    if others and not any(kinds):
        return None
    return _share(kinds.count("good"), kinds.count("bad"))


def _signature(function: Node) -> Iterable[tuple[Node, bool]]:
    """Yield the types of a signature, each with whether it is a parameter's."""
    parameters = function.child_by_field_name("parameters")
    for parameter in parameters.named_children if parameters else []:
        kind = parameter.child_by_field_name("type")
        if parameter.type == "parameter" and kind:
            yield kind, True
    returned = function.child_by_field_name("return_type")
    if returned:
        yield returned, False


def _kind(item: tuple[Node, bool]) -> str:
    """Return "good", "bad" or "": neither."""
    node, is_parameter = item
    iterates = node.type == "abstract_type" and "Iter" in text(node)
    if _outer_type(node) in OUTCOMES or iterates:
        return "good"
    if not is_parameter:
        return ""
    inner = node
    while inner.type == "reference_type" and inner.child_by_field_name("type"):
        inner = inner.child_by_field_name("type") or inner
    if inner.type == "array_type" or text(inner) == "str":
        return "good" if inner is not node else ""
    return "bad" if _outer_type(inner) in ("Vec", "String") else ""


def _outer_type(node: Node | None) -> str:
    """Return the last name of a type without its arguments, such as Result of io::Result<()>."""
    if node and node.type == "generic_type":
        node = node.child_by_field_name("type")
    return text(node).rpartition("::")[2]
