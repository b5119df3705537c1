"""Many programs as the modules of one crate: one start of the compiler, one link.

A program is left out when it could tell the difference, or the compiler could: when it looks at its
crate, its file, its own name or arguments, brings symbols or crate-level attributes, reaches out of
its module, or ends in something that the next item would complete. All others behave the same in a
module; what still does not compile together is judged alone (`together.py`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from tree_sitter import Node

from oilstone_eval.judges.rust.compiler import ROOT, Report
from oilstone_eval.judges.rust.tree import COMMENTS, below, parse, text

# Fewer in a group than this are not worth a compiler's start for another worker.
FEW = 20
_TELLTALE = re.compile(
    r"#!|\$crate\b|\b(crate|extern|macro_export|macro_use|no_mangle|export_name|link_section"
    r"|link_name|type_name|type_name_of_val|env|option_env|args|args_os|current_exe"
    r"|global_allocator|panic_handler|Location|track_caller|global_asm|__oilstone\w*)\b"
    r"|#\s*\[[^\]]*\b(used|path)\b"
    # Macros that look at their place, called or imported under another name.
    r"|\b(include|include_str|include_bytes|module_path|file|line|column)\s*!"
    r"|\buse\b[^;]*\b(include|include_str|include_bytes|module_path|file|line|column)\b"
)
_BY_NAME = re.compile(r"\b(include|include_str|include_bytes|module_path|file|line|column)\b")
_CLIMBS = re.compile(r"\bsuper\s*::[^;]*\bsuper\b")
_OUTSIDE = re.compile(r"\b(super|mod)\b")
_ENTRY = """
pub(crate) fn __oilstone_entry() -> ::std::process::ExitCode {
    ::std::process::Termination::report(main())
}
"""


@dataclass(frozen=True)
class Unit:
    """A program's source and the kind of crate that it is alone: "bin" or "lib"."""

    code: str
    kind: str = "bin"


@lru_cache(maxsize=4096)
def batchable(unit: Unit) -> bool:
    """Tell whether the program may share a crate with others of its kind.

    A word in a comment or a string is enough to refuse: that costs time, never a verdict.
    """
    if _TELLTALE.search(unit.code):
        return False
    if "macro_rules" in unit.code and _BY_NAME.search(unit.code):
        return False
    root = parse(unit.code)
    if root.has_error or not _closed(root) or not _stays_inside(root):
        return False
    return _plain_main(root) if unit.kind == "bin" else True


def garbled(unit: Unit) -> bool:
    """Tell whether its syntax looks broken, and it may say so in company."""
    return not _TELLTALE.search(unit.code) and parse(unit.code).has_error


def has_main(code: str) -> bool:
    """Tell whether the program's file brings a main of its own."""
    return any(
        each.type == "function_item" and text(each.child_by_field_name("name")) == "main"
        for each in parse(code).named_children
    )


def _closed(root: Node) -> bool:
    """Tell whether the file ends in an item: an attribute or doc comment waits for another."""
    for last in reversed(root.named_children):
        doc = text(last).startswith(("///", "/**"))
        if last.type not in COMMENTS or doc:
            return last.type != "attribute_item" and not doc
    return False


def _stays_inside(root: Node) -> bool:
    """Tell whether no path climbs out of the file and no module stands in another file."""
    if not _OUTSIDE.search(text(root)):
        return True
    if _CLIMBS.search(text(root)):
        return False
    nodes = list(below(root))
    modules = all(node.child_by_field_name("body") for node in nodes if node.type == "mod_item")
    return modules and all(_in_module(node) for node in nodes if node.type == "super")


def _in_module(node: Node) -> bool:
    """Tell whether a module of the file encloses it, and no macro that could move it elsewhere."""
    around = [above.type for above in _above(node)]
    return "mod_item" in around and not {"macro_definition", "token_tree"} & set(around)


def _above(node: Node) -> Iterator[Node]:
    above = node.parent
    while above:
        yield above
        above = above.parent


def _plain_main(root: Node) -> bool:
    """Tell whether there is one main, as plain as can be, and nobody else speaks of it."""
    named = (each.child_by_field_name("name") for each in root.named_children)
    mains = [node for node in named if text(node) == "main"]
    if len(re.findall(r"\bmain\b", text(root))) > 1:
        mains = [node for node in below(root) if node.type == "identifier" and text(node) == "main"]
    function = mains[0].parent if len(mains) == 1 and mains[0] else None
    if not function or function.type != "function_item" or function.parent != root:
        return False
    before = function.prev_named_sibling
    while before and before.type in COMMENTS:
        before = before.prev_named_sibling
    if before and before.type == "attribute_item":
        return False
    shape = [child.type for child in function.children]
    parameters = function.child_by_field_name("parameters")
    strange = {"function_modifiers", "type_parameters", "where_clause"} & set(shape)
    return not strange and parameters is not None and not parameters.named_children


def name(index: int) -> str:
    """Return the name of a program of a batch: its module's, and its argv[0]."""
    return f"s{index}"


def compose(units: Mapping[int, Unit]) -> Mapping[str, str]:
    """Return the files of a crate of programs of one kind.

    The main of a crate of kind "bin" runs the program that argv[0] names. Modules are public, so
    that what a program exports alone counts as exported here.
    """
    kinds = {unit.kind for unit in units.values()}
    entry, root = ("", "") if kinds == {"lib"} else (_ENTRY, _dispatch(units))
    modules = "".join(f"pub mod {name(index)};\n" for index in units)
    files = {f"{name(index)}.rs": unit.code + entry for index, unit in units.items()}
    return {ROOT: modules + root, **files}


def _dispatch(units: Iterable[int]) -> str:
    arms = "".join(
        f'        Some("{each}") => {each}::__oilstone_entry(),\n' for each in map(name, units)
    )
    return (
        "\nfn main() -> std::process::ExitCode {\n"
        f"    match std::env::args().next().as_deref() {{\n{arms}"
        "        _ => std::process::ExitCode::from(255),\n    }\n}\n"
    )


def index(file: str) -> int | None:
    """Return which program of a batch a file is of; None for the root and files of others."""
    found = re.fullmatch(r"[st](\d+)\.rs", file)
    return int(found[1]) if found else None


def own(unit: Unit, report: Report) -> Report:
    """Return the report without what is said about lines that only a batch has."""
    last = unit.code.count("\n") + 1
    return replace(report, messages=tuple(each for each in report.messages if each.line <= last))


def groups(members: Sequence[int], size: int, workers: int, few: int = FEW) -> list[list[int]]:
    """Deal members out evenly into groups of at most `size`: to every worker one, if of `few`."""
    count = max(1, -(-len(members) // size), min(workers, len(members) // few))
    return [list(members[start::count]) for start in range(count)] if members else []
