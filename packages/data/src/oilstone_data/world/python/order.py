"""Families over a list of integers in which order, places or repetition count."""

# ruff: noqa: D103  # the ask and doc of a family are its docstring

from __future__ import annotations

from oilstone_data.world.python.family import INTS, Answer, family
from oilstone_data.world.python.loops import block, chain, each, lines
from oilstone_data.world.python.numbers import mapped
from oilstone_data.world.python.ops import MAPS, PREDICATES, Bound

_SWAP = block("if b[j] < b[i]", lines("t = b[i]", "b[i] = b[j]", "b[j] = t"))
SORTED = lines(
    block("for i in range(len(b))", block("for j in range(i + 1, len(b))", _SWAP)), "return b"
)
DISTINCT = lines("c = []", each("b", block("if x not in c", "c.append(x)")), "return c")


@family(INTS, PREDICATES, MAPS)
def sorted_of(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Keep those {p.words}, take each {m.words}, and return them sorted",
        "Return the kept numbers, mapped and sorted.",
        lines(chain(p, m), SORTED),
        "list[int]",
        f"sorted({mapped(p, m)})",
        lambda v: sorted(map(m.of, filter(p.of, v))),
    )


@family(INTS, PREDICATES, MAPS)
def distinct_of(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Keep those {p.words}, take each {m.words}, and return them without repetition",
        "Return the kept numbers, mapped, each value once.",
        lines(chain(p, m), DISTINCT),
        "list[int]",
        f"list(dict.fromkeys({mapped(p, m)}))",
        lambda v: _once([m.of(x) for x in v if p.of(x)]),
    )


@family(INTS, PREDICATES)
def indices_of(p: Bound) -> Answer:
    return Answer(
        f"Return the list of the indices of those {p.words}",
        "Return the indices of the kept numbers.",
        lines("a = []", each("v", block(f"if {p.plain('x')}", "a.append(i)")), "return a"),
        "list[int]",
        f"[i for i, x in enumerate(v) if {p.on('x')}]",
        lambda v: [i for i in range(len(v)) if p.of(v[i])],
    )


@family(INTS, PREDICATES, MAPS)
def weighted_sum(p: Bound, m: Bound) -> Answer:
    body = block(f"if {p.plain('x')}", lines(f"y = {m.plain('x')}", "total = total + i * y"))
    return Answer(
        f"Keep those {p.words}, and return the sum of each {m.words} times its index",
        "Return the sum of the kept numbers, mapped, times their indices.",
        lines("total = 0", each("v", body), "return total"),
        "int",
        f"sum(i * ({m.on('x')}) for i, x in enumerate(v) if {p.on('x')})",
        lambda v: sum(i * m.of(v[i]) for i in range(len(v)) if p.of(v[i])),
    )


def _once(values: list[int]) -> list[int]:
    return [x for i, x in enumerate(values) if x not in values[:i]]
