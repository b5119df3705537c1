"""Pieces of plain Python that many families share: index loops, flags, temporary lists."""

from __future__ import annotations

from textwrap import indent

from oilstone_data.world.python.ops import Bound


def block(head: str, body: str) -> str:
    """`head` with `body` below it."""
    return f"{head}:\n{indent(body, '    ')}"


def each(over: str, body: str, item: str = "x") -> str:
    """A loop over the indices i of `over`, with the element bound to `item`."""
    return block(f"for i in range(len({over}))", f"{item} = {over}[i]\n{body}")


def lines(*parts: str) -> str:
    """Statements one below the other."""
    return "\n".join(parts)


def kept(into: str, over: str, p: Bound, item: str = "x") -> str:
    """A new list `into` of the elements of `over` that meet `p`."""
    action = block(f"if {p.plain(item)}", f"{into}.append({item})")
    return lines(f"{into} = []", each(over, action, item))


def chain(p: Bound, m: Bound, over: str = "v", item: str = "x") -> str:
    """A list `a` of what `p` keeps of `over`, then a list `b` of its elements mapped by `m`."""
    mapped = each("a", f"b.append({m.plain(item)})", item)
    return lines(kept("a", over, p, item), "b = []", mapped)


TOTAL = lines("total = 0", each("b", "total = total + x"), "return total")
FIRST = lines(block("if len(b) == 0", "return None"), "return b[0]")
LAST = lines(block("if len(b) == 0", "return None"), "return b[len(b) - 1]")
