"""Families over a list of integers that look at every element on its own."""

# ruff: noqa: D103  # the ask and doc of a family are its docstring

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from oilstone_data.world.python.family import INTS, Answer, family
from oilstone_data.world.python.loops import FIRST, LAST, TOTAL, block, chain, each, kept, lines
from oilstone_data.world.python.ops import MAPS, PREDICATES, Bound


def mapped(p: Bound, m: Bound, over: str = "v") -> str:
    """The generator expression of both ops, without brackets."""
    return f"{m.on('x')} for x in {over} if {p.on('x')}"


@family(INTS, PREDICATES, MAPS)
def sum_of(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Keep those {p.words}, take each {m.words}, and return the sum",
        "Return the sum of the kept numbers, each mapped.",
        lines(chain(p, m), TOTAL),
        "int",
        f"sum({mapped(p, m)})",
        lambda v: sum(m.of(x) for x in v if p.of(x)),
    )


@family(INTS, PREDICATES, MAPS)
def list_of(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Keep those {p.words} and return the list of each {m.words}",
        "Return the kept numbers, each mapped.",
        lines(chain(p, m), "return b"),
        "list[int]",
        f"[{mapped(p, m)}]",
        lambda v: list(map(m.of, filter(p.of, v))),
    )


def _extreme(p: Bound, m: Bound, word: str, sign: str, pick: Callable[..., Any]) -> Answer:
    better = block(f"if best is None or x {sign} best", "best = x")
    return Answer(
        f"Keep those {p.words}, take each {m.words}, and return the {word} or None",
        f"Return the {word} of the kept numbers, each mapped.",
        lines(chain(p, m), "best = None", each("b", better), "return best"),
        "int | None",
        f"{pick.__name__}(({mapped(p, m)}), default=None)",
        lambda v: pick((m.of(x) for x in v if p.of(x)), default=None),
    )


@family(INTS, PREDICATES, MAPS)
def largest_of(p: Bound, m: Bound) -> Answer:
    return _extreme(p, m, "largest", ">", max)


@family(INTS, PREDICATES, MAPS)
def smallest_of(p: Bound, m: Bound) -> Answer:
    return _extreme(p, m, "smallest", "<", min)


@family(INTS, PREDICATES, PREDICATES)
def count_both(p: Bound, q: Bound) -> Answer:
    return Answer(
        f"Return how many are {p.words} and {q.words}",
        "Return how many numbers meet both conditions.",
        lines(kept("a", "v", p), kept("b", "a", q), "return len(b)"),
        "int",
        f"sum(1 for x in v if {p.on('x')} and {q.on('x')})",
        lambda v: len([x for x in v if p.of(x) and q.of(x)]),
    )


@family(INTS, PREDICATES, PREDICATES)
def count_either(p: Bound, q: Bound) -> Answer:
    flags = (block(f"if {op.plain('x')}", "hit = True") for op in (p, q))
    body = lines("hit = False", *flags, block("if hit", "count = count + 1"))
    return Answer(
        f"Return how many are {p.words} or {q.words}",
        "Return how many numbers meet either condition.",
        lines("count = 0", each("v", body), "return count"),
        "int",
        f"sum(1 for x in v if {p.on('x')} or {q.on('x')})",
        lambda v: len([x for x in v if p.of(x) or q.of(x)]),
    )


@family(INTS, PREDICATES, MAPS)
def replace_some(p: Bound, m: Bound) -> Answer:
    branches = lines(
        block(f"if {p.plain('x')}", f"a.append({m.plain('x')})"), block("else", "a.append(x)")
    )
    return Answer(
        f"Return the list of each, but those {p.words} {m.words}",
        "Return all numbers, some of them replaced.",
        lines("a = []", each("v", branches), "return a"),
        "list[int]",
        f"[{m.on('x')} if {p.on('x')} else x for x in v]",
        lambda v: list(map(lambda x: (x, m.of(x))[p.of(x)], v)),
    )


@family(INTS, PREDICATES, MAPS)
def first_of(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Return the first one {p.words}, {m.words}, or None",
        "Return the first number that is kept, mapped.",
        lines(chain(p, m), FIRST),
        "int | None",
        f"next(({mapped(p, m)}), None)",
        lambda v: ([m.of(x) for x in v if p.of(x)] or [None])[0],
    )


@family(INTS, PREDICATES, MAPS)
def last_of(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Return the last one {p.words}, {m.words}, or None",
        "Return the last number that is kept, mapped.",
        lines(chain(p, m), LAST),
        "int | None",
        f"next(({mapped(p, m, 'reversed(v)')}), None)",
        lambda v: ([m.of(x) for x in v if p.of(x)] or [None])[-1],
    )


def _quantified(p: Bound, m: Bound, word: str, start: bool, holds: Callable[..., bool]) -> Answer:
    test = f"not ({p.plain('y')})" if start else p.plain("y")
    body = lines(f"y = {m.plain('x')}", block(f"if {test}", f"answer = {not start}"))
    return Answer(
        f"Return whether {word} is {p.words} when {m.words}",
        f"Return whether {word} meets the condition once mapped.",
        lines(f"answer = {start}", each("v", body), "return answer"),
        "bool",
        f"{holds.__name__}({p.on('y')} for y in ({m.on('x')} for x in v))",
        lambda v: holds([p.of(m.of(x)) for x in v]),
    )


@family(INTS, PREDICATES, MAPS)
def any_of(p: Bound, m: Bound) -> Answer:
    return _quantified(p, m, "any", False, any)


@family(INTS, PREDICATES, MAPS)
def all_of(p: Bound, m: Bound) -> Answer:
    return _quantified(p, m, "every one", True, all)
