"""Families over words and characters."""

# ruff: noqa: D103  # the ask and doc of a family are its docstring

from __future__ import annotations

from oilstone_data.world.python.family import TEXT, WORDS, Answer, family
from oilstone_data.world.python.loops import FIRST, block, chain, each, kept, lines
from oilstone_data.world.python.ops import CHAR_PREDICATES, WORD_MAPS, WORD_PREDICATES, Bound

JOINED = lines(
    "text = ''",
    block(
        "for i in range(len(b))",
        lines(block("if i > 0", "text = text + '-'"), "text = text + b[i]"),
    ),
    "return text",
)


def _words(p: Bound, m: Bound) -> str:
    return f"{m.on('w')} for w in words if {p.on('w')}"


def _chain(p: Bound, m: Bound) -> str:
    return chain(p, m, "words", "w")


@family(WORDS, WORD_PREDICATES, WORD_MAPS)
def words_list(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Keep those {p.words} and return the list of each {m.words}",
        "Return the kept words, each mapped.",
        lines(_chain(p, m), "return b"),
        "list[str]",
        f"[{_words(p, m)}]",
        lambda v: list(map(m.of, filter(p.of, v))),
    )


@family(WORDS, WORD_PREDICATES, WORD_MAPS)
def words_joined(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Keep those {p.words}, take each {m.words}, and return them joined by dashes",
        "Return the kept words, mapped and joined by dashes.",
        lines(_chain(p, m), JOINED),
        "str",
        f"'-'.join({_words(p, m)})",
        lambda v: "-".join(map(m.of, filter(p.of, v))),
    )


@family(WORDS, WORD_PREDICATES, WORD_PREDICATES)
def words_count(p: Bound, q: Bound) -> Answer:
    passes = kept("a", "words", p, "w"), kept("b", "a", q, "w")
    return Answer(
        f"Return how many are {p.words} and {q.words}",
        "Return how many words meet both conditions.",
        lines(*passes, "return len(b)"),
        "int",
        f"sum(1 for w in words if {p.on('w')} and {q.on('w')})",
        lambda v: len([w for w in v if p.of(w) and q.of(w)]),
    )


@family(WORDS, WORD_PREDICATES, WORD_MAPS)
def word_first(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Return the first one {p.words}, {m.words}, or None",
        "Return the first word that is kept, mapped.",
        lines(_chain(p, m), FIRST),
        "str | None",
        f"next(({_words(p, m)}), None)",
        lambda v: ([m.of(w) for w in v if p.of(w)] or [None])[0],
    )


@family(WORDS, WORD_PREDICATES, WORD_PREDICATES)
def words_letters(p: Bound, q: Bound) -> Answer:
    passes = kept("a", "words", p, "w"), kept("b", "a", q, "w")
    total = lines("total = 0", each("b", "total = total + len(w)", "w"), "return total")
    return Answer(
        f"Return the number of letters in those {p.words} and {q.words}",
        "Return the number of letters in the words that meet both conditions.",
        lines(*passes, total),
        "int",
        f"sum(len(w) for w in words if {p.on('w')} and {q.on('w')})",
        lambda v: len("".join(w for w in v if p.of(w) and q.of(w))),
    )


@family(TEXT, CHAR_PREDICATES, CHAR_PREDICATES)
def chars_count(p: Bound, q: Bound) -> Answer:
    test = block(f"if {p.plain('c')}", block(f"if {q.plain('c')}", "count = count + 1"))
    return Answer(
        f"Return how many characters are {p.words} and {q.words}",
        "Return how many characters meet both conditions.",
        lines("count = 0", each("text", test, "c"), "return count"),
        "int",
        f"sum(1 for c in text if {p.on('c')} and {q.on('c')})",
        lambda t: len([c for c in t if p.of(c) and q.of(c)]),
    )


@family(TEXT, CHAR_PREDICATES, CHAR_PREDICATES)
def chars_kept(p: Bound, q: Bound) -> Answer:
    flags = (block(f"if {op.plain('c')}", "hit = True") for op in (p, q))
    body = lines("hit = False", *flags, block("if hit", "out = out + c"))
    return Answer(
        f"Return it with only the characters {p.words} or {q.words}",
        "Return the characters that meet either condition.",
        lines("out = ''", each("text", body, "c"), "return out"),
        "str",
        f"''.join(c for c in text if {p.on('c')} or {q.on('c')})",
        lambda t: "".join(filter(lambda c: p.of(c) or q.of(c), t)),
    )


@family(TEXT, CHAR_PREDICATES)
def chars_where(p: Bound) -> Answer:
    body = block(f"if {p.plain('c')}", "a.append(i)")
    return Answer(
        f"Return the list of the indices of the characters {p.words}",
        "Return the indices of the characters that are kept.",
        lines("a = []", each("text", body, "c"), "return a"),
        "list[int]",
        f"[i for i, c in enumerate(text) if {p.on('c')}]",
        lambda t: [i for i in range(len(t)) if p.of(t[i])],
    )
