"""Families over rows of integers: one answer for each row, or for all of them."""

# ruff: noqa: D103  # the ask and doc of a family are its docstring

from __future__ import annotations

from itertools import chain

from oilstone_data.world.python.family import ROWS, Answer, family
from oilstone_data.world.python.loops import block, lines
from oilstone_data.world.python.numbers import mapped
from oilstone_data.world.python.ops import MAPS, PREDICATES, Bound


def nested(before: str, body: str, after: str) -> str:
    """Two index loops; `x` is the number, `before` and `after` stand around the inner loop."""
    inner = block("for j in range(len(rows[i]))", lines("x = rows[i][j]", body))
    parts = (part for part in (before, inner, after) if part)
    return block("for i in range(len(rows))", lines(*parts))


@family(ROWS, PREDICATES, MAPS)
def row_sums(p: Bound, m: Bound) -> Answer:
    add = block(f"if {p.plain('x')}", lines(f"y = {m.plain('x')}", "total = total + y"))
    return Answer(
        f"For each row, keep those {p.words}, take each {m.words}, and return the list of sums",
        "Return the sum of each row's kept numbers, each mapped.",
        lines("a = []", nested("total = 0", add, "a.append(total)"), "return a"),
        "list[int]",
        f"[sum({mapped(p, m, 'row')}) for row in rows]",
        lambda t: [sum(m.of(x) for x in row if p.of(x)) for row in t],
    )


@family(ROWS, PREDICATES, PREDICATES)
def row_counts(p: Bound, q: Bound) -> Answer:
    inner = block(f"if {q.plain('x')}", "count = count + 1")
    test = block(f"if {p.plain('x')}", inner)
    return Answer(
        f"For each row, return the list of how many are {p.words} and {q.words}",
        "Return how many numbers of each row meet both conditions.",
        lines("a = []", nested("count = 0", test, "a.append(count)"), "return a"),
        "list[int]",
        f"[sum(1 for x in row if {p.on('x')} and {q.on('x')}) for row in rows]",
        lambda t: [len([x for x in row if p.of(x) and q.of(x)]) for row in t],
    )


@family(ROWS, PREDICATES, MAPS)
def table_sum(p: Bound, m: Bound) -> Answer:
    add = block(f"if {p.plain('x')}", lines(f"y = {m.plain('x')}", "total = total + y"))
    return Answer(
        f"Over all rows, keep those {p.words}, take each {m.words}, and return the sum",
        "Return the sum of the kept numbers of all rows, each mapped.",
        lines("total = 0", nested("", add, ""), "return total"),
        "int",
        f"sum({m.on('x')} for row in rows for x in row if {p.on('x')})",
        lambda t: sum(m.of(x) for x in chain(*t) if p.of(x)),
    )


@family(ROWS, PREDICATES)
def rows_with(p: Bound) -> Answer:
    hit = block(f"if {p.plain('x')}", "hit = True")
    count = block("if hit", "count = count + 1")
    return Answer(
        f"Return how many rows have any {p.words}",
        "Return how many rows hold a number that is kept.",
        lines("count = 0", nested("hit = False", hit, count), "return count"),
        "int",
        f"sum(1 for row in rows if any({p.on('x')} for x in row))",
        lambda t: len([row for row in t if list(filter(p.of, row))]),
    )
