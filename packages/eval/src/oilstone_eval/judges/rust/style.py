"""Style of a Rust program, read off its syntax tree. The README defines both measures."""

from dataclasses import dataclass
from statistics import fmean

from tree_sitter import Node

from oilstone_eval.judges.rust import axes
from oilstone_eval.judges.rust.tree import COMMENTS, functions, parse, text, walk
from oilstone_eval.names import names

ITEMS = names(
    "function_item struct_item enum_item union_item trait_item impl_item const_item static_item"
    " type_item mod_item macro_definition"
)
AXES = (axes.iteration, axes.errors, axes.structure, axes.types)


@dataclass(frozen=True)
class Style:
    """`idiomatic`: a score in [0, 1]. `documented`: a doc comment is attached to some item.

    `public_doc_rate`: documented public items by public items; None when there are none.
    """

    idiomatic: float
    documented: bool
    public_doc_rate: float | None = None


def style(code: str) -> Style:
    """Return the style of a program; of one that does not parse, or does nothing, the lowest."""
    root = parse(code)
    if root.has_error or not functions(root):
        return Style(0.0, False)
    applied = [score for axis in AXES if (score := axis(root)) is not None]
    return Style(fmean(applied), _documented(root), _public_doc_rate(root))


def _public_doc_rate(root: Node) -> float | None:
    """Methods of impl blocks are items too; `pub(crate)` is not public."""
    public = [
        node
        for node in walk(root)
        if node.type in ITEMS and any(_is_public(child) for child in node.children)
    ]
    return fmean(map(_has_doc, public)) if public else None


def _is_public(child: Node) -> bool:
    return child.type == "visibility_modifier" and text(child) == "pub"


def _has_doc(item: Node) -> bool:
    before = item.prev_named_sibling
    while before and (before.type in COMMENTS or before.type == "attribute_item"):
        attribute = before.type == "attribute_item" and text(before).startswith("#[doc =")
        if attribute or _doc(before, "outer_doc_comment_marker"):
            return True
        before = before.prev_named_sibling
    return False


def _documented(root: Node) -> bool:
    top = [node for node in root.named_children if _doc(node, "inner_doc_comment_marker")]
    return bool(top) or any(_item_below(node) for node in _outer_docs(root))


def _outer_docs(node: Node) -> list[Node]:
    found = [node] if _doc(node, "outer_doc_comment_marker") else []
    return found + [doc for child in node.named_children for doc in _outer_docs(child)]


def _doc(node: Node, marker: str) -> bool:
    """Tell whether this is a doc comment of that kind which says something."""
    if node.type not in COMMENTS:
        return False
    kinds = {child.type: child for child in node.named_children}
    said = text(kinds.get("doc_comment"))
    return marker in kinds and any(character.isalnum() for character in said)


def _item_below(doc: Node) -> bool:
    """Tell whether the next thing, past comments and attributes, is an item."""
    following = doc.next_named_sibling
    while following and (following.type in COMMENTS or following.type == "attribute_item"):
        following = following.next_named_sibling
    return following is not None and following.type in ITEMS
