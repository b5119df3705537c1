"""Families over lines of integers: one answer for each line, or for all of them."""

from __future__ import annotations

from oilstone_data.world.rust.family import Answer, family
from oilstone_data.world.rust.harness import ROWS
from oilstone_data.world.rust.loops import COUNT, TOTAL, when
from oilstone_data.world.rust.ops import MAPS, PREDICATES, Bound


def rows(first: str, head: str, body: str, tail: str, last: str) -> str:
    """Two nested index loops; `x` is the number."""
    inner = (
        "for j in 0..rows[i].len() {\n    let x = rows[i][j];\n    "
        + body.replace("\n", "\n    ")
        + "\n}"
    )
    lines = "\n".join(part for part in (head, inner, tail) if part).replace("\n", "\n    ")
    outer = "for i in 0..rows.len() {\n    " + lines + "\n}"
    return "\n".join(part for part in (first, outer, last) if part)


@family(ROWS, PREDICATES, MAPS)
def row_sums(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"For each line, keep those {p.words}, take each {m.words}, and print the sum",
        "For each line, the sum of the kept numbers, each mapped.",
        rows("", TOTAL[0], when(p.on("x"), f"total += {m.on('x')};"), TOTAL[1], ""),
        "Vec<i64>",
        "rows.iter()\n    .map(|row| "
        f"row.iter().copied().filter(|&x| {p.on('x', True)}).map(|x| {m.on('x')}).sum())\n"
        "    .collect()",
        lambda t: [sum(m.of(x) for x in row if p.of(x)) for row in t],
    )


@family(ROWS, PREDICATES, PREDICATES)
def row_counts(p: Bound, q: Bound) -> Answer:
    return Answer(
        f"For each line, print how many are {p.words} and {q.words}",
        "For each line, how many numbers meet both conditions.",
        rows("", COUNT[0], when(f"{p.on('x')} && {q.on('x')}", "count += 1;"), COUNT[1], ""),
        "Vec<usize>",
        f"rows.iter()\n    .map(|row| row.iter().filter(|&&x| {p.on('x', True)} && "
        f"{q.on('x', True)}).count())\n"
        "    .collect()",
        lambda t: [sum(p.of(x) and q.of(x) for x in row) for row in t],
    )


@family(ROWS, PREDICATES, MAPS)
def table_sum(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Over all lines, keep those {p.words}, take each {m.words}, and print the sum",
        "Sum of the kept numbers of all lines, each mapped.",
        rows(TOTAL[0], "", when(p.on("x"), f"total += {m.on('x')};"), "", TOTAL[1]),
        "i64",
        f"rows.iter().flatten().copied().filter(|&x| {p.on('x', True)}).map(|x| {m.on('x')}).sum()",
        lambda t: sum(m.of(x) for row in t for x in row if p.of(x)),
    )


@family(ROWS, PREDICATES)
def rows_with(p: Bound) -> Answer:
    return Answer(
        f"Print how many lines have any {p.words}",
        "How many lines hold a number that is kept.",
        rows(
            COUNT[0],
            "let mut any = false;",
            when(p.on("x"), "any = true;"),
            when("any", "count += 1;"),
            COUNT[1],
        ),
        "usize",
        f"rows.iter().filter(|row| row.iter().any(|&x| {p.on('x', True)})).count()",
        lambda t: sum(any(map(p.of, row)) for row in t),
    )
