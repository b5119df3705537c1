"""Loops over the files of a folder that print what is in them."""

# A family is its prompt; a builder's docstring would say it again.
# ruff: noqa: D103

from __future__ import annotations

from collections.abc import Callable

from oilstone_data.world.shell.family import Answer, Effect, family
from oilstone_data.world.shell.frames import careful, careless, lines
from oilstone_data.world.shell.names import FORMS, GLOBS
from oilstone_data.world.shell.ops import Bound, Op
from oilstone_data.world.shell.scene import Files
from oilstone_data.world.shell.streams import LINES, MEASURES, STREAMS

_ENDING = GLOBS[:1]
Printed = Callable[[str, str], list[str]]


def _loop(ask: str, glob: Bound, bodies: tuple[str, str], each: Printed) -> Answer:
    """The answer with a careless and a careful body; `each(name, text)` is what a file prints."""
    plain, sharp = bodies

    def oracle(files: Files) -> Effect:
        return Effect("".join(lines(each(n, t)) for n, t in files.items()))

    return Answer(
        f"For each {glob.words} {ask}",
        careless(f"ls {glob.novice}", plain),
        careful(glob.shell, sharp),
        lambda n, _t: glob.of(n),
        oracle,
    )


@family(GLOBS, STREAMS)
def each_stream(g: Bound, s: Bound) -> Answer:
    return _loop(
        f"print its text {s.words}",
        g,
        (f"cat $f | {s.novice}", f'{s.shell} < "$f"'),
        lambda n, t: s.of(t.splitlines()),
    )


@family(_ENDING, STREAMS, STREAMS)
def each_two(g: Bound, s: Bound, then: Bound) -> Answer:
    return _loop(
        f"print its text {s.words}, then {then.words}",
        g,
        (f"cat $f | {s.novice} | {then.novice}", f'{s.shell} < "$f" | {then.shell}'),
        lambda n, t: then.of(s.of(t.splitlines())),
    )


@family(_ENDING, LINES, STREAMS)
def each_grep(g: Bound, p: Bound, s: Bound) -> Answer:
    return _loop(
        f"print the lines {p.words}, {s.words}",
        g,
        (f"cat $f | grep {p.novice} | {s.novice}", f'grep {p.shell} -- "$f" | {s.shell}'),
        lambda n, t: s.of([line for line in t.splitlines() if p.of(line)]),
    )


@family(GLOBS, FORMS, MEASURES)
def each_measure(g: Bound, form: Bound, m: Bound) -> Answer:
    return _loop(
        f"print {form.words} and the {m.words}",
        g,
        (
            f"echo {form.novice} $(cat $f | {m.novice})",
            f'printf \'%s %s\\n\' "{form.shell}" "$({m.shell} < "$f")"',
        ),
        lambda n, t: [f"{form.of(n)} {m.of(t)}"],
    )


@family(GLOBS, LINES, FORMS)
def each_if(g: Bound, p: Bound, form: Bound) -> Answer:
    return _loop(
        f"that has a line {p.words} print {form.words}",
        g,
        (
            f"if grep -q {p.novice} $f; then echo {form.novice}; fi",
            f'if grep -q {p.shell} -- "$f"; then printf \'%s\\n\' "{form.shell}"; fi',
        ),
        lambda n, t: [form.of(n)] if any(map(p.of, t.splitlines())) else [],
    )


@family(GLOBS, FORMS)
def each_name(g: Bound, form: Bound) -> Answer:
    return _loop(
        f"print {form.words}",
        g,
        (f"echo {form.novice}", f"printf '%s\\n' \"{form.shell}\""),
        lambda n, t: [form.of(n)],
    )


@family(GLOBS, MEASURES)
def total(g: Bound, m: Bound) -> Answer:
    body = "n=$((n + $({0} < {1})))"
    return Answer(
        f"Add up over each {g.words} the {m.words}",
        "n=0\n" + careless(f"ls {g.novice}", body.format(m.novice, "$f")) + "echo $n\n",
        "n=0\n" + careful(g.shell, body.format(m.shell, '"$f"')) + 'echo "$n"\n',
        lambda n, _t: g.of(n),
        lambda files: Effect(f"{sum(map(m.of, files.values()))}\n"),
    )


def _ranked(counted: list[tuple[int, str]], backwards: bool) -> list[tuple[int, str]]:
    """As sort -n ranks lines: by their number, and by the whole line where that is equal."""
    return sorted(counted, key=lambda pair: (pair[0], f"{pair[0]} {pair[1]}"), reverse=backwards)


_ORDERS = (
    Op("least", "least first", "sort -n", lambda v: _ranked(v, backwards=False)),
    Op("most", "most first", "sort -rn", lambda v: _ranked(v, backwards=True)),
)


@family(GLOBS, MEASURES, _ORDERS)
def rank(g: Bound, m: Bound, order: Bound) -> Answer:
    def oracle(files: Files) -> Effect:
        ranked = order.of([(m.of(text), name) for name, text in files.items()])
        return Effect("".join(f"{number} {name}\n" for number, name in ranked))

    sharp = f'printf \'%s %s\\n\' "$({m.shell} < "$f")" "$f"'
    return Answer(
        f"Rank each {g.words} by the {m.words}, {order.words}",
        careless(f"ls {g.novice}", f"echo $(cat $f | {m.novice}) $f")[:-1] + f" | {order.novice}\n",
        careful(g.shell, sharp)[:-1] + f" | {order.shell}\n",
        lambda n, _t: g.of(n),
        oracle,
    )
