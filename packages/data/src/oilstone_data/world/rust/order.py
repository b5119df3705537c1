"""Families over a list of integers in which position or neighbours count."""

from __future__ import annotations

from itertools import accumulate, dropwhile, pairwise, takewhile

from oilstone_data.world.rust.family import Answer, family
from oilstone_data.world.rust.harness import INTS
from oilstone_data.world.rust.loops import COUNT, ITER, TOTAL, each, otherwise, show, when
from oilstone_data.world.rust.ops import MAPS, PREDICATES, Bound, Op

STEPS = (
    Op("every", "every {k}th", "{k}", lambda v, k: v[::k], (range(2, 5),)),
)  # fmt: skip


@family(INTS, PREDICATES, MAPS)
def sum_until(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Take them while they are {p.words} and print the sum of each {m.words}",
        "Sum of the leading numbers that are kept, each mapped.",
        each(TOTAL[0], otherwise(p.on("x"), f"total += {m.on('x')};", "break;"), TOTAL[1]),
        "i64",
        f"{ITER}.take_while(|&x| {p.on('x', True)}).map(|x| {m.on('x')}).sum()",
        lambda v: sum(m.of(x) for x in takewhile(p.of, v)),
    )


@family(INTS, PREDICATES, MAPS)
def list_after(p: Bound, m: Bound) -> Answer:
    body = when(f"!({p.on('x')})", "started = true;") + "\n" + when("started", show(m.on("x")))
    return Answer(
        f"Skip them while they are {p.words} and print each of the rest {m.words}",
        "What follows the numbers that are skipped, each mapped.",
        each("let mut started = false;", body, ""),
        "Vec<i64>",
        f"{ITER}.skip_while(|&x| {p.on('x', True)}).map(|x| {m.on('x')}).collect()",
        lambda v: [m.of(x) for x in dropwhile(p.of, v)],
    )


@family(INTS, PREDICATES, MAPS)
def running_total(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Keep those {p.words} and print the running total of each {m.words}",
        "Running total of the kept numbers, each mapped.",
        each(TOTAL[0], when(p.on("x"), f"total += {m.on('x')};\n" + show("total")), ""),
        "Vec<i64>",
        f"let mut total = 0;\n{ITER}\n    .filter(|&x| {p.on('x', True)})\n    .map(|x| {{\n"
        f"        total += {m.on('x')};\n        total\n    }})\n    .collect()",
        lambda v: list(accumulate(m.of(x) for x in v if p.of(x))),
    )


@family(INTS, PREDICATES, MAPS)
def reversed_list(p: Bound, m: Bound) -> Answer:
    body = "let x = v[v.len() - 1 - i];\n" + when(p.on("x"), show(m.on("x")))
    return Answer(
        f"In reverse order, keep those {p.words} and print each {m.words}",
        "The kept numbers in reverse order, each mapped.",
        "for i in 0..v.len() {\n    " + body.replace("\n", "\n    ") + "\n}",
        "Vec<i64>",
        f"{ITER}.rev().filter(|&x| {p.on('x', True)}).map(|x| {m.on('x')}).collect()",
        lambda v: [m.of(x) for x in reversed(v) if p.of(x)],
    )


@family(INTS, PREDICATES, MAPS)
def sorted_list(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Keep those {p.words}, take each {m.words}, and print them sorted",
        "The kept numbers, mapped and sorted.",
        each(
            "let mut kept = Vec::new();",
            when(p.on("x"), f"kept.push({m.on('x')});"),
            "kept.sort();",
        )
        + "\n"
        + each("", show("y"), "", "kept", "y"),
        "Vec<i64>",
        f"let mut kept: Vec<_> =\n    {ITER}.filter(|&x| {p.on('x', True)}).map(|x| {m.on('x')})"
        ".collect();\n"
        "kept.sort_unstable();\nkept",
        lambda v: sorted(m.of(x) for x in v if p.of(x)),
    )


@family(INTS, PREDICATES, MAPS)
def two_sums(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Print the sum of those {p.words}, then the sum of the others each {m.words}",
        "Sum of the kept numbers, and of the others, each mapped.",
        each(
            "let mut first = 0;\nlet mut second = 0;",
            otherwise(p.on("x"), "first += x;", f"second += {m.on('x')};"),
            show("first") + "\n" + show("second"),
        ),
        "Vec<i64>",
        f"let (a, b): (Vec<_>, Vec<_>) = {ITER}.partition(|&x| {p.on('x', True)});\n"
        f"vec![a.iter().sum(), b.into_iter().map(|x| {m.on('x')}).sum()]",
        lambda v: [sum(x for x in v if p.of(x)), sum(m.of(x) for x in v if not p.of(x))],
    )


@family(INTS, PREDICATES, MAPS)
def weighted_sum(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Keep those {p.words} and print the sum of each {m.words} times its index",
        "Sum of the kept numbers, each mapped and times its index.",
        each(TOTAL[0], when(p.on("x"), f"total += i as i64 * ({m.on('x')});"), TOTAL[1]),
        "i64",
        f"(0..).zip(v).filter(|&(_, &x)| {p.on('x', True)}).map(|(i, &x)| i * ({m.on('x')})).sum()",
        lambda v: sum(i * m.of(x) for i, x in enumerate(v) if p.of(x)),
    )


@family(INTS, PREDICATES)
def where_first(p: Bound) -> Answer:
    return Answer(
        f"Print the index of the first one {p.words}",
        "Index of the first number that is kept.",
        each(
            "let mut found = None;",
            when(f"found.is_none() && {p.on('x')}", "found = Some(i);"),
            otherwise("found.is_none()", 'println!("none");', show("found.unwrap()")),
        ),
        "Option<usize>",
        f"v.iter().position(|&x| {p.on('x', True)})",
        lambda v: next((i for i, x in enumerate(v) if p.of(x)), None),
    )


@family(INTS, PREDICATES, PREDICATES)
def neighbours(p: Bound, q: Bound) -> Answer:
    return Answer(
        f"Print how many are {p.words} with a next one {q.words}",
        "How many numbers meet a condition with a next one that meets another.",
        COUNT[0]
        + "\nfor i in 1..v.len() {\n    let x = v[i - 1];\n    let y = v[i];\n    "
        + when(f"{p.on('x')} && {q.on('y')}", "count += 1;").replace("\n", "\n    ")
        + "\n}\n"
        + COUNT[1],
        "usize",
        f"v.iter().zip(v.iter().skip(1)).filter(|&(&x, &y)| {p.on('x', True)} && "
        f"{q.on('y', True)}).count()",
        lambda v: sum(p.of(x) and q.of(y) for x, y in pairwise(v)),
    )


@family(INTS, STEPS, MAPS)
def every_kth(s: Bound, m: Bound) -> Answer:
    return Answer(
        f"Take {s.words} one and print each {m.words}",
        "Every number at a step, mapped.",
        "let mut i = 0;\nwhile i < v.len() {\n    let x = v[i];\n    "
        + show(m.on("x"))
        + f"\n    i += {s.on('i')};\n}}",
        "Vec<i64>",
        f"{ITER}.step_by({s.on('i')}).map(|x| {m.on('x')}).collect()",
        lambda v: [m.of(x) for x in s.of(v)],
    )


@family(INTS, STEPS, MAPS)
def chunk_sums(s: Bound, m: Bound) -> Answer:
    (size,) = s.constants
    return Answer(
        f"In groups of {size}, print the sum of each one {m.words}",
        "Sum of each group of numbers, each mapped.",
        each(
            TOTAL[0],
            f"total += {m.on('x')};\n"
            + when(
                f"i % {size} == {size - 1} || i == v.len() - 1",
                show("total") + "\ntotal = 0;",
            ),
            "",
        ),
        "Vec<i64>",
        f"v.chunks({size}).map(|c| c.iter().map(|&x| {m.on('x')}).sum()).collect()",
        lambda v: [sum(map(m.of, v[i : i + size])) for i in range(0, len(v), size)],
    )
