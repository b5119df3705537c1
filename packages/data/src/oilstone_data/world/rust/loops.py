"""Pieces of plain Rust that many families share: the index loop, its first and last lines."""

from __future__ import annotations


def show(expression: str) -> str:
    """The statement that prints one value on a line of its own."""
    return f'println!("{{}}", {expression});'


TOTAL = ("let mut total = 0;", show("total"))
COUNT = ("let mut count = 0;", show("count"))
FOUND = (
    "let mut found = None;",
    'if found.is_none() {\n    println!("none");\n} else {\n    println!("{}", found.unwrap());\n}',
)
ITER = "v.iter().copied()"


def each(first: str, body: str, last: str, over: str = "v", item: str = "x") -> str:
    """A loop over the indices i of `over`, with the element bound to `item`."""
    head = f"for i in 0..{over}.len() {{\n    let {item} = {over}[i];\n"
    return "\n".join(part for part in (first, f"{head}{_deeper(body)}\n}}", last) if part)


def when(condition: str, action: str) -> str:
    """An `if` around `action`."""
    return f"if {condition} {{\n{_deeper(action)}\n}}"


def otherwise(condition: str, action: str, instead: str) -> str:
    """An `if` with both branches."""
    return f"if {condition} {{\n{_deeper(action)}\n}} else {{\n{_deeper(instead)}\n}}"


def _deeper(code: str) -> str:
    return "    " + code.replace("\n", "\n    ")
