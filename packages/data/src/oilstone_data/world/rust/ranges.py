"""Families over one integer n: ranges, digits and sequences."""

from __future__ import annotations

from collections.abc import Callable

from oilstone_data.world.rust.family import Answer, family
from oilstone_data.world.rust.harness import ONE
from oilstone_data.world.rust.loops import COUNT, TOTAL, otherwise, show, when
from oilstone_data.world.rust.ops import MAPS, PREDICATES, Bound

GENTLE = tuple(op for op in MAPS if op.name not in {"square", "cube", "times"})


def upto(first: str, body: str, last: str) -> str:
    """A loop of x from 1 to n."""
    parts = (first, "for x in 1..n + 1 {\n    " + body.replace("\n", "\n    ") + "\n}", last)
    return "\n".join(part for part in parts if part)


@family(ONE, PREDICATES, MAPS)
def range_sum(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Of 1 to n, keep those {p.words}, take each {m.words}, and print the sum",
        "Sum of the kept numbers up to n, each mapped.",
        upto(TOTAL[0], when(p.on("x"), f"total += {m.on('x')};"), TOTAL[1]),
        "i64",
        f"(1..=n).filter(|&x| {p.on('x', True)}).map(|x| {m.on('x')}).sum()",
        lambda n: sum(m.of(x) for x in range(1, n + 1) if p.of(x)),
    )


@family(ONE, PREDICATES, MAPS)
def range_list(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Of 1 to n, keep those {p.words} and print each {m.words}",
        "The kept numbers up to n, each mapped.",
        upto("", when(p.on("x"), show(m.on("x"))), ""),
        "Vec<i64>",
        f"(1..=n).filter(|&x| {p.on('x', True)}).map(|x| {m.on('x')}).collect()",
        lambda n: [m.of(x) for x in range(1, n + 1) if p.of(x)],
    )


@family(ONE, PREDICATES, PREDICATES)
def range_count(p: Bound, q: Bound) -> Answer:
    return Answer(
        f"Of 1 to n, print how many are {p.words} and {q.words}",
        "How many numbers up to n meet both conditions.",
        upto(COUNT[0], when(f"{p.on('x')} && {q.on('x')}", "count += 1;"), COUNT[1]),
        "usize",
        f"(1..=n).filter(|&x| {p.on('x', True)} && {q.on('x', True)}).count()",
        lambda n: sum(p.of(x) and q.of(x) for x in range(1, n + 1)),
    )


@family(ONE, PREDICATES, MAPS)
def digit_sum(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Of its digits, keep those {p.words}, take each {m.words}, and print the sum",
        "Sum of the kept digits, each mapped.",
        "let mut rest = n;\n"
        + TOTAL[0]
        + "\nwhile rest > 0 {\n    let x = rest % 10;\n    "
        + when(p.on("x"), f"total += {m.on('x')};").replace("\n", "\n    ")
        + "\n    rest /= 10;\n}\n"
        + TOTAL[1],
        "i64",
        "let digits = n.to_string();\ndigits.bytes().map(|d| i64::from(d - b'0'))"
        f".filter(|&x| {p.on('x', True)}).map(|x| {m.on('x')}).sum()",
        lambda n: sum(m.of(x) for x in map(int, str(n)) if p.of(x)),
    )


@family(ONE, PREDICATES, GENTLE, GENTLE)
def steps(p: Bound, m: Bound, o: Bound) -> Answer:
    return Answer(
        f"Five times, print n and make it {m.words} if it is {p.words}, else {o.words}",
        "The first five values from n on.",
        'let mut x = n;\nfor _ in 0..5 {\n    println!("{}", x);\n    '
        + otherwise(p.on("x"), f"x = {m.on('x')};", f"x = {o.on('x')};").replace("\n", "\n    ")
        + "\n}",
        "Vec<i64>",
        f"std::iter::successors(Some(n), |&x| Some(if {p.on('x', True)} "
        f"{{ {m.on('x')} }} else {{ {o.on('x')} }}))"
        ".take(5).collect()",
        lambda n: _iterate(n, lambda x: m.of(x) if p.of(x) else o.of(x)),
    )


def _iterate(n: int, step: Callable[[int], int]) -> list[int]:
    values = [n]
    while len(values) < 5:
        values.append(step(values[-1]))
    return values
