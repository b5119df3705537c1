"""Test code as others wrote it, made callable from outside and proof against shadowed names.

A candidate shares the names that its tests import by glob: a macro `assert_eq`, a type `String`, a
module `f64`. Tests therefore call the macros of std by full path and import the names of its
prelude one by one, which outranks any glob.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from oilstone_eval.judges.rust.tree import COMMENTS, below, parse, text
from oilstone_eval.names import names

MACROS = names(
    "assert assert_eq assert_ne debug_assert debug_assert_eq debug_assert_ne panic unreachable"
    " unimplemented todo matches vec format print println eprint eprintln write writeln dbg"
)
NAMES = {
    "String": "string::String", "ToString": "string::ToString", "Vec": "vec::Vec",
    "Box": "boxed::Box", "Option": "option::Option", "Some": "option::Option::Some",
    "None": "option::Option::None", "Result": "result::Result", "Ok": "result::Result::Ok",
    "Err": "result::Result::Err", "Iterator": "iter::Iterator", "Into": "convert::Into",
    "IntoIterator": "iter::IntoIterator", "From": "convert::From", "Default": "default::Default",
    "Clone": "clone::Clone", "PartialEq": "cmp::PartialEq", "ToOwned": "borrow::ToOwned",
    **{name: f"primitive::{name}" for name in (
        "bool", "char", "str", "f32", "f64", "u8", "u16", "u32", "u64", "u128", "usize", "i8",
        "i16", "i32", "i64", "i128", "isize",
    )},
}  # fmt: skip
FOREIGN = names("super std core alloc crate self")


@dataclass(frozen=True)
class Test:
    """A test function. `panics`: what its panic must say ("" for anything); None: it must not."""

    path: str
    panics: str | None


@dataclass(frozen=True)
class Tests:
    """Rewritten test code and what is in it. `crate`: its name for the candidate's crate, or ""."""

    code: str
    tests: tuple[Test, ...]
    crate: str
    nested: bool


def prepare(code: str, module: str, kept: frozenset[str] = frozenset()) -> Tests:
    """Return the tests of `code`; `kept` are names which the candidate may redefine for them."""
    root = parse(code)
    nodes = list(below(root))
    crate = _crate(nodes, module)
    functions = [node for node in nodes if node.type == "function_item" and _is_test(node)]
    found = [_test(node) for node in functions if not _switched_off(node)]
    edits = [*_callable(functions), *_qualified(nodes), *_imports(nodes, kept, child=not crate)]
    nested = any("::" in test.path for test in found)
    return Tests(_apply(code, edits), tuple(found), crate, nested)


def _crate(nodes: Sequence[Node], module: str) -> str:
    """Return the crate that the tests speak of: the named one, else the first foreign one.

    Return "" when they reach the candidate as their parent.
    """
    names = [node for node in nodes if node.type == "identifier"]
    heads = [text(node) for node in names if _leads(node)]
    imported = [text(node) for node in names if _imported(node)]
    if module in [*heads, *imported]:
        return module
    if any(re.search(r"\bsuper\b", text(use)) for use in _uses(nodes)):
        return ""
    own = {text(node.child_by_field_name("name")) for node in nodes
           if node.type in ("mod_item", "enum_item", "struct_item")}  # fmt: skip
    own |= {word for use in _uses(nodes) for word in re.findall(r"\w+", text(use))[1:]}
    foreign = [each for each in [*imported, *heads]
               if each not in own | FOREIGN and each not in NAMES and each.islower()]  # fmt: skip
    return foreign[0] if foreign else ""


def _uses(nodes: Sequence[Node]) -> list[Node]:
    return [node.named_children[0] for node in nodes if node.type == "use_declaration"]


def _leads(node: Node) -> bool:
    """Tell whether a path begins with it."""
    before, after = node.prev_sibling, node.next_sibling
    return after is not None and after.type == "::" and not (before and before.type == "::")


def _imported(node: Node) -> bool:
    """Tell whether it is all of a path that is imported, under whatever name."""
    above = node.parent
    if above is None:
        return False
    renamed = above.type == "use_as_clause" and above.named_children[0] == node
    return renamed or above.type == "use_declaration"


def _attributes(item: Node) -> Iterator[Node]:
    before = item.prev_named_sibling
    while before and (before.type == "attribute_item" or before.type in COMMENTS):
        if before.type == "attribute_item":
            yield before
        before = before.prev_named_sibling


def _named(item: Node, name: str) -> list[str]:
    """Return the item's attributes of that name, as they are written between the brackets."""
    found = (text(attribute.named_children[0]) for attribute in _attributes(item))
    return [each for each in found if re.match(rf"{name}\b", each)]


def _is_test(function: Node) -> bool:
    return bool(_named(function, "test"))


def _switched_off(function: Node) -> bool:
    """Tell whether a feature that nobody turned on would have to be on."""
    return any("feature" in each for each in _named(function, "cfg"))


def _modules(item: Node) -> list[Node]:
    """Return the modules around an item, outermost first."""
    found: list[Node] = []
    above = item.parent
    while above:
        if above.type == "mod_item":
            found.insert(0, above)
        above = above.parent
    return found


def _test(function: Node) -> Test:
    names = [text(node.child_by_field_name("name")) for node in [*_modules(function), function]]
    expected = _named(function, "should_panic")
    said = re.search(r'"((?:[^"\\]|\\.)*)"', expected[0]) if expected else None
    return Test("::".join(names), (said[1] if said else "") if expected else None)


Edit = tuple[int, int, str]


def _callable(functions: Sequence[Node]) -> Iterator[Edit]:
    """Take test attributes away, and let functions and their modules be seen from outside."""
    modules = {module.id: module for each in functions for module in _modules(each)}
    for item in [*functions, *modules.values()]:
        for attribute in _attributes(item):
            if re.match(r"(test|ignore|should_panic)\b|cfg\s*\(\s*test", text(attribute)[2:]):
                yield attribute.start_byte, attribute.end_byte, ""
        seen = [child for child in item.children if child.type == "visibility_modifier"]
        start, end = (seen[0].start_byte, seen[0].end_byte) if seen else (item.start_byte,) * 2
        yield start, end, "pub" if seen else "pub "


def _qualified(nodes: Sequence[Node]) -> Iterator[Edit]:
    """Write the macros of std with their full path, unless the tests define their own."""
    own = {text(node.child_by_field_name("name")) for node in nodes
           if node.type == "macro_definition"}  # fmt: skip
    for node in nodes:
        if node.type != "identifier" or text(node) not in MACROS - own:
            continue
        after, before = node.next_sibling, node.prev_sibling
        called = after is not None and after.type == "!"
        if called and not (before is not None and before.type == "::"):
            yield node.start_byte, node.start_byte, "::std::"


def _imports(nodes: Sequence[Node], kept: frozenset[str], child: bool) -> Iterator[Edit]:
    """Import std's names one by one wherever a glob brings in names; all on the first line."""
    root = nodes[0]
    bodies = [(0, root)] if child else []
    for node in nodes:
        if node.type == "use_wildcard":
            modules = _modules(node)
            body = modules[-1].child_by_field_name("body") if modules else None
            bodies.append((body.start_byte + 1, body) if body else (0, root))
    for place, scope in dict(bodies).items():
        own = _defined(scope) | kept
        names = ", ".join(path for name, path in NAMES.items() if name not in own)
        glob = "#[allow(unused_imports)] use super::*; " if child and place == 0 else ""
        yield place, place, f"{glob}#[allow(unused_imports)] use ::std::{{{names}}}; "


def _defined(scope: Node) -> set[str]:
    """Return the names that a module itself imports or defines."""
    found: set[str] = set()
    for node in scope.named_children:
        if node.type == "use_declaration":
            found |= set(re.findall(r"\w+", text(node)))
        elif node.child_by_field_name("name"):
            found.add(text(node.child_by_field_name("name")))
    return found


def _apply(code: str, edits: Sequence[Edit]) -> str:
    raw = code.encode(errors="replace")
    for start, end, new in sorted(set(edits), reverse=True):
        raw = raw[:start] + new.encode() + raw[end:]
    return raw.decode(errors="replace")
