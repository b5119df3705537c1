"""Families over the numbers from 1 to n."""

# ruff: noqa: D103  # the ask and doc of a family are its docstring

from __future__ import annotations

from oilstone_data.world.python.family import ONE, Answer, family
from oilstone_data.world.python.loops import block, lines
from oilstone_data.world.python.numbers import mapped
from oilstone_data.world.python.ops import MAPS, PREDICATES, Bound

_ALL = "range(1, n + 1)"


def upto(first: str, body: str, last: str) -> str:
    """A counting loop of x from 1 to n."""
    return lines(first, "x = 1", block("while x < n + 1", lines(body, "x = x + 1")), last)


@family(ONE, PREDICATES, MAPS)
def range_sum(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Of 1 to n, keep those {p.words}, take each {m.words}, and return the sum",
        "Return the sum of the kept numbers up to n, each mapped.",
        upto(
            "total = 0",
            block(f"if {p.plain('x')}", lines(f"y = {m.plain('x')}", "total = total + y")),
            "return total",
        ),
        "int",
        f"sum({mapped(p, m, _ALL)})",
        lambda n: sum(m.of(x + 1) for x in range(n) if p.of(x + 1)),
    )


@family(ONE, PREDICATES, MAPS)
def range_list(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Of 1 to n, keep those {p.words} and return the list of each {m.words}",
        "Return the kept numbers up to n, each mapped.",
        upto("a = []", block(f"if {p.plain('x')}", f"a.append({m.plain('x')})"), "return a"),
        "list[int]",
        f"[{mapped(p, m, _ALL)}]",
        lambda n: [m.of(x + 1) for x in range(n) if p.of(x + 1)],
    )


@family(ONE, PREDICATES, PREDICATES)
def range_count(p: Bound, q: Bound) -> Answer:
    inner = block(f"if {q.plain('x')}", "count = count + 1")
    return Answer(
        f"Of 1 to n, return how many are {p.words} and {q.words}",
        "Return how many numbers up to n meet both conditions.",
        upto("count = 0", block(f"if {p.plain('x')}", inner), "return count"),
        "int",
        f"sum(1 for x in {_ALL} if {p.on('x')} and {q.on('x')})",
        lambda n: len([x for x in range(n) if p.of(x + 1) and q.of(x + 1)]),
    )
