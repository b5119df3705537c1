"""Families over words and characters."""

from __future__ import annotations

from oilstone_data.world.rust.family import Answer, family
from oilstone_data.world.rust.harness import TEXT, WORDS
from oilstone_data.world.rust.loops import COUNT, TOTAL, each, otherwise, show, when
from oilstone_data.world.rust.ops import CHAR_PREDICATES, WORD_MAPS, WORD_PREDICATES, Bound

ITER = "words.iter()"


def words(first: str, body: str, last: str) -> str:
    return each(first, body, last, "words", "w")


def chars(first: str, body: str, last: str) -> str:
    return each(first, body, last, "text", "c")


@family(WORDS, WORD_PREDICATES, WORD_MAPS)
def words_list(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Keep those {p.words} and print each {m.words}",
        "The kept words, each mapped.",
        words("", when(p.on("w"), show(m.on("w"))), ""),
        "Vec<String>",
        f"{ITER}.filter(|w| {p.on('w')}).map(|w| {m.on('w')}).collect()",
        lambda v: [m.of(w) for w in v if p.of(w)],
    )


@family(WORDS, WORD_PREDICATES, WORD_MAPS)
def words_joined(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Keep those {p.words}, take each {m.words}, and print them joined by dashes",
        "The kept words, mapped and joined by dashes.",
        words(
            "let mut kept = Vec::new();",
            when(p.on("w"), f"kept.push({m.on('w')});"),
            show('kept.join("-")'),
        ),
        "String",
        f"let kept: Vec<_> = {ITER}.filter(|w| {p.on('w')}).map(|w| {m.on('w')}).collect();\n"
        'kept.join("-")',
        lambda v: "-".join(m.of(w) for w in v if p.of(w)),
    )


@family(WORDS, WORD_PREDICATES, WORD_MAPS)
def words_sorted(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Keep those {p.words}, take each {m.words}, and print them sorted",
        "The kept words, mapped and sorted.",
        words(
            "let mut kept = Vec::new();",
            when(p.on("w"), f"kept.push({m.on('w')});"),
            "kept.sort();",
        )
        + '\nfor i in 0..kept.len() {\n    println!("{}", kept[i]);\n}',
        "Vec<String>",
        f"let mut kept: Vec<_> = {ITER}.filter(|w| {p.on('w')}).map(|w| {m.on('w')}).collect();\n"
        "kept.sort_unstable();\nkept",
        lambda v: sorted(m.of(w) for w in v if p.of(w)),
    )


@family(WORDS, WORD_PREDICATES, WORD_PREDICATES)
def words_count(p: Bound, q: Bound) -> Answer:
    return Answer(
        f"Print how many are {p.words} and {q.words}",
        "How many words meet both conditions.",
        words(COUNT[0], when(f"{p.on('w')} && {q.on('w')}", "count += 1;"), COUNT[1]),
        "usize",
        f"{ITER}.filter(|w| {p.on('w')} && {q.on('w')}).count()",
        lambda v: sum(p.of(w) and q.of(w) for w in v),
    )


@family(WORDS, WORD_PREDICATES, WORD_MAPS)
def words_numbered(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Keep those {p.words} and print the index and each {m.words}",
        "Index and mapped form of the kept words.",
        words("", when(p.on("w"), f'println!("{{}} {{}}", i, {m.on("w")});'), ""),
        "Vec<String>",
        f"{ITER}.enumerate().filter(|(_, w)| {p.on('w')})"
        f'.map(|(i, w)| format!("{{i}} {{}}", {m.on("w")})).collect()',
        lambda v: [f"{i} {m.of(w)}" for i, w in enumerate(v) if p.of(w)],
    )


@family(WORDS, WORD_PREDICATES, WORD_MAPS)
def word_first(p: Bound, m: Bound) -> Answer:
    return Answer(
        f"Print the first one {p.words}, {m.words}",
        "The first word that is kept, mapped.",
        words(
            "let mut found = None;",
            when(f"found.is_none() && {p.on('w')}", f"found = Some({m.on('w')});"),
            otherwise("found.is_none()", 'println!("none");', show("found.unwrap()")),
        ),
        "Option<String>",
        f"{ITER}.find(|w| {p.on('w')}).map(|w| {m.on('w')})",
        lambda v: next((m.of(w) for w in v if p.of(w)), None),
    )


@family(WORDS, WORD_PREDICATES, WORD_PREDICATES)
def words_letters(p: Bound, q: Bound) -> Answer:
    return Answer(
        f"Print the number of letters in those {p.words} and {q.words}",
        "Number of letters in the words that meet both conditions.",
        words(TOTAL[0], when(f"{p.on('w')} && {q.on('w')}", "total += w.len();"), TOTAL[1]),
        "usize",
        f"{ITER}.filter(|w| {p.on('w')} && {q.on('w')}).map(|w| w.len()).sum()",
        lambda v: sum(len(w) for w in v if p.of(w) and q.of(w)),
    )


@family(TEXT, CHAR_PREDICATES, CHAR_PREDICATES)
def chars_count(p: Bound, q: Bound) -> Answer:
    return Answer(
        f"Print how many characters are {p.words} and {q.words}",
        "How many characters meet both conditions.",
        chars(COUNT[0], when(f"{p.on('c')} && {q.on('c')}", "count += 1;"), COUNT[1]),
        "usize",
        f"text.chars().filter(|&c| {p.on('c', True)} && {q.on('c', True)}).count()",
        lambda t: sum(p.of(c) and q.of(c) for c in t),
    )


@family(TEXT, CHAR_PREDICATES, CHAR_PREDICATES)
def chars_kept(p: Bound, q: Bound) -> Answer:
    return Answer(
        f"Print it with only the characters {p.words} or {q.words}",
        "The characters that meet either condition.",
        chars(
            "let mut kept = String::new();",
            when(f"({p.on('c')}) || ({q.on('c')})", "kept.push(c);"),
            show("kept"),
        ),
        "String",
        f"text.chars().filter(|&c| ({p.on('c', True)}) || ({q.on('c', True)})).collect()",
        lambda t: "".join(c for c in t if p.of(c) or q.of(c)),
    )


@family(TEXT, CHAR_PREDICATES, CHAR_PREDICATES)
def chars_starred(p: Bound, q: Bound) -> Answer:
    return Answer(
        f"Print it with a star for characters {p.words} and upper case for those {q.words}",
        "The text with some characters starred and some in upper case.",
        chars(
            "let mut kept = String::new();",
            otherwise(
                p.on("c"),
                "kept.push('*');",
                otherwise(q.on("c"), "kept.push(c.to_ascii_uppercase());", "kept.push(c);"),
            ),
            show("kept"),
        ),
        "String",
        "text.chars()\n    .map(|c| match c {\n"
        f"        c if {p.on('c', True)} => '*',\n"
        f"        c if {q.on('c', True)} => c.to_ascii_uppercase(),\n"
        "        c => c,\n    })\n    .collect()",
        lambda t: "".join("*" if p.of(c) else c.upper() if q.of(c) else c for c in t),
    )


@family(TEXT, CHAR_PREDICATES)
def chars_where(p: Bound) -> Answer:
    return Answer(
        f"Print the indices of the characters {p.words}",
        "Indices of the characters that are kept.",
        chars("", when(p.on("c"), show("i")), ""),
        "Vec<usize>",
        f"text.chars().enumerate().filter(|&(_, c)| {p.on('c', True)}).map(|(i, _)| i).collect()",
        lambda t: [i for i, c in enumerate(t) if p.of(c)],
    )
