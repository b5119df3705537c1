"""Pins the types of tested functions: a name such as bool must not stand for something else.

A candidate could let its function return a type of its own that equals everything and call it Vec.
Where a signature names nothing but std's types, a constant in a clean module spells it again, and
the compiler compares.
"""

import re

from tree_sitter import Node

from oilstone_eval.judges.rust.tree import below, parse, text
from oilstone_eval.names import names

KNOWN = names(
    "bool char str String f32 f64 u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize Vec Option"
    " Result Box HashMap HashSet BTreeMap BTreeSet VecDeque"
)
# What begins a path that leads to std's types or to generic ones, rather than to one's own.
_PATHS = names("std core alloc impl")
TYPES = names("struct_item enum_item union_item type_item trait_item")


def type_names(code: str) -> frozenset[str]:
    """Return the names of the types that a reference solution defines."""
    found = (node for node in below(parse(code)) if node.type in TYPES)
    return frozenset(text(node.child_by_field_name("name")) for node in found)


def estranged(candidate: str, truth: str) -> str | None:
    """Refuse a function that returns a type of its own where the right one returns std's."""
    right = {text(node.child_by_field_name("name")): node for node in _functions(truth)}
    for node in _functions(candidate):
        name, returned = text(node.child_by_field_name("name")), _returned(node)
        wanted = _returned(right[name]) if name in right else None
        if wanted and returned and _plain(wanted) and not _std(returned):
            return f"{name} returns {text(returned)}, not {text(wanted)}"
    return None


def _std(kind: Node) -> bool:
    return _plain(kind) or bool({text(each) for each in below(kind)} & _PATHS)


def _functions(code: str) -> list[Node]:
    """Return a file's functions, one that is cut off after its signature too."""
    nodes = below(parse(code))
    return [node for node in nodes if node.type in ("function_item", "function_signature_item")]


def _returned(function: Node) -> Node | None:
    """Return the type that a function returns; that of an alias is what the alias stands for."""
    kind = function.child_by_field_name("return_type")
    root = function
    while root.parent:
        root = root.parent
    for item in root.named_children:
        if kind and item.type == "type_item" and text(item.named_children[0]) == text(kind):
            return item.child_by_field_name("type")
    return kind


def pins(candidate: str, tests: str) -> str:
    """Return a module, child of the tests, that spells the signatures of what they call."""
    called = set(re.findall(r"\w+", tests))
    functions = [node for node in parse(candidate).named_children if node.type == "function_item"]
    lines = "".join(
        _pin(node) for node in functions if text(node.child_by_field_name("name")) in called
    )
    collections = "#[allow(unused_imports)] use ::std::collections::*;\n"
    return f"mod __oilstone_pins {{\n{collections}{lines}}}\n" if lines else ""


def _pin(function: Node) -> str:
    """Return the constant; "" when the signature is generic or names other types."""
    returned = _returned(function)
    parameters = function.child_by_field_name("parameters")
    if not parameters or function.child_by_field_name("type_parameters") or returned is None:
        return ""
    kinds = [each.child_by_field_name("type") for each in parameters.named_children
             if each.type == "parameter"]  # fmt: skip
    if not all(kind is not None and _plain(kind) for kind in [*kinds, returned]):
        return ""
    name = text(function.child_by_field_name("name"))
    shape = f"fn({', '.join(text(kind) for kind in kinds)}) -> {text(returned)}"
    return f"const _: {shape} = super::super::{name};\n"


def _plain(kind: Node) -> bool:
    found = [node for node in below(kind) if node.type in ("type_identifier", "identifier")]
    odd = names("lifetime scoped_type_identifier abstract_type dynamic_type array_type")
    return all(text(each) in KNOWN for each in found) and not any(
        node.type in odd for node in below(kind)
    )
