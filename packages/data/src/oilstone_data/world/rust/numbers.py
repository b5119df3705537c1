"""Families over a list of integers that look at every element on its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from oilstone_data.world.rust.family import Answer, family
from oilstone_data.world.rust.harness import INTS
from oilstone_data.world.rust.loops import COUNT, FOUND, ITER, TOTAL, each, otherwise, show, when
from oilstone_data.world.rust.ops import MAPS, PREDICATES, Bound


@family(INTS, PREDICATES, MAPS)
def sum_of(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Keep those {p.words}, take each {m.words}, and print the sum",
        "Sum of the kept numbers, each mapped.",
        each(TOTAL[0], when(p.on("x"), f"total += {m.on('x')};"), TOTAL[1]),
        "i64",
        f"{ITER}.filter(|&x| {p.on('x', True)}).map(|x| {m.on('x')}).sum()",
        lambda v: sum(m.of(x) for x in v if p.of(x)),
    )


@family(INTS, PREDICATES, MAPS)
def list_of(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Keep those {p.words} and print each {m.words}",
        "The kept numbers, each mapped.",
        each("", when(p.on("x"), show(m.on("x"))), ""),
        "Vec<i64>",
        f"{ITER}.filter(|&x| {p.on('x', True)}).map(|x| {m.on('x')}).collect()",
        lambda v: [m.of(x) for x in v if p.of(x)],
    )


def _extreme(p: Bound, m: Bound, word: str, sign: str, pick: Callable[..., Any]) -> Answer:
    better = when(f"found.is_none() || y {sign} found.unwrap()", "found = Some(y);")
    return Answer(
        f"Keep those {p.words}, take each {m.words}, and print the {word}",
        f"The {word} of the kept numbers, each mapped.",
        each(FOUND[0], when(p.on("x"), f"let y = {m.on('x')};\n{better}"), FOUND[1]),
        "Option<i64>",
        f"{ITER}.filter(|&x| {p.on('x', True)}).map(|x| {m.on('x')}).{pick.__name__}()",
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
        f"Print how many are {p.words} and {q.words}",
        "How many numbers meet both conditions.",
        each(COUNT[0], when(f"{p.on('x')} && {q.on('x')}", "count += 1;"), COUNT[1]),
        "usize",
        f"{ITER}.filter(|&x| {p.on('x', True)} && {q.on('x', True)}).count()",
        lambda v: sum(p.of(x) and q.of(x) for x in v),
    )


@family(INTS, PREDICATES, PREDICATES)
def count_either(p: Bound, q: Bound) -> Answer:
    return Answer(
        f"Print how many are {p.words} or {q.words}",
        "How many numbers meet either condition.",
        each(COUNT[0], when(f"({p.on('x')}) || ({q.on('x')})", "count += 1;"), COUNT[1]),
        "usize",
        f"{ITER}.filter(|&x| ({p.on('x', True)}) || ({q.on('x', True)})).count()",
        lambda v: sum(p.of(x) or q.of(x) for x in v),
    )


@family(INTS, PREDICATES, MAPS)
def replace_some(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Print each, but those {p.words} {m.words}",
        "All numbers, some of them replaced.",
        each(
            "",
            otherwise(p.on("x"), show(m.on("x")), show("x")),
            "",
        ),
        "Vec<i64>",
        f"{ITER}.map(|x| if {p.on('x', True)} {{ {m.on('x')} }} else {{ x }}).collect()",
        lambda v: [m.of(x) if p.of(x) else x for x in v],
    )


@family(INTS, PREDICATES, MAPS)
def first_of(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Print the first one {p.words}, {m.words}",
        "The first number that is kept, mapped.",
        each(
            FOUND[0],
            when(f"found.is_none() && {p.on('x')}", f"found = Some({m.on('x')});"),
            FOUND[1],
        ),
        "Option<i64>",
        f"{ITER}.find(|&x| {p.on('x', True)}).map(|x| {m.on('x')})",
        lambda v: next((m.of(x) for x in v if p.of(x)), None),
    )


@family(INTS, PREDICATES, MAPS)
def last_of(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Print the last one {p.words}, {m.words}",
        "The last number that is kept, mapped.",
        each(FOUND[0], when(p.on("x"), f"found = Some({m.on('x')});"), FOUND[1]),
        "Option<i64>",
        f"{ITER}.rev().find(|&x| {p.on('x', True)}).map(|x| {m.on('x')})",
        lambda v: next((m.of(x) for x in reversed(v) if p.of(x)), None),
    )


def _quantified(p: Bound, m: Bound, word: str, start: bool, holds: Callable[..., bool]) -> Answer:
    flag, other = str(start).lower(), str(not start).lower()
    test = f"!({p.on('y')})" if start else p.on("y")
    return Answer(
        f"Print whether {word} is {p.words} when {m.words}",
        f"Whether {word} meets the condition once mapped.",
        each(
            f"let mut answer = {flag};",
            f"let y = {m.on('x')};\n" + when(test, f"answer = {other};"),
            'if answer {\n    println!("yes");\n} else {\n    println!("no");\n}',
        ),
        "bool",
        f"{ITER}.map(|x| {m.on('x')}).{holds.__name__}(|y| {p.on('y', True)})",
        lambda v: holds(p.of(m.of(x)) for x in v),
    )


@family(INTS, PREDICATES, MAPS)
def any_of(p: Bound, m: Bound) -> Answer:
    return _quantified(p, m, "any", False, any)


@family(INTS, PREDICATES, MAPS)
def all_of(p: Bound, m: Bound) -> Answer:
    return _quantified(p, m, "every one", True, all)
