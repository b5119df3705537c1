"""Commands on what find finds, in all folders below."""

# A family is its prompt; a builder's docstring would say it again.
# ruff: noqa: D103

from __future__ import annotations

from oilstone_data.world.shell.family import Answer, Effect, family
from oilstone_data.world.shell.frames import careless, lines
from oilstone_data.world.shell.names import FIND_BODIES, FIND_NAMES
from oilstone_data.world.shell.ops import Bound
from oilstone_data.world.shell.scene import Files, Meant
from oilstone_data.world.shell.streams import LINES, MEASURES, STREAMS
from oilstone_data.world.shell.verbs import INTO, done


def _find(name: Bound, body: Bound) -> str:
    depth = body.shell if "depth" in body.shell else ""
    tests = ["-type f", name.shell, "" if depth else body.shell]
    return " ".join(filter(None, ["find .", depth, *tests]))


def _words(name: Bound, body: Bound) -> str:
    return f"files below {name.words} {body.words}"


def _meant(name: Bound, body: Bound) -> Meant:
    return lambda p, t: bool(name.of(p.rpartition("/")[2]) and body.of(p, t))


@family(FIND_NAMES, FIND_BODIES, STREAMS)
def find_stream(name: Bound, body: Bound, s: Bound) -> Answer:
    return Answer(
        f"Join the {_words(name, body)}, in order, and print all {s.words}",
        f"{_find(name, body)} | sort | xargs cat | {s.novice}\n",
        f"{_find(name, body)} -print0 | sort -z | xargs -0 cat -- | {s.shell}\n",
        _meant(name, body),
        lambda files: Effect(lines(s.of("".join(files.values()).splitlines()))),
        deep=True,
    )


@family(FIND_NAMES, FIND_BODIES, MEASURES)
def find_total(name: Bound, body: Bound, m: Bound) -> Answer:
    return Answer(
        f"Print the {m.words} in all {_words(name, body)}",
        f"{_find(name, body)} | xargs cat | {m.novice}\n",
        f"{_find(name, body)} -print0 | xargs -0 cat -- | {m.shell}\n",
        _meant(name, body),
        lambda files: Effect(f"{m.of(''.join(files.values()))}\n"),
        deep=True,
    )


@family(FIND_NAMES, FIND_BODIES, LINES)
def find_lines(name: Bound, body: Bound, p: Bound) -> Answer:
    def oracle(files: Files) -> Effect:
        return Effect(lines([x for t in files.values() for x in t.splitlines() if p.of(x)]))

    return Answer(
        f"Print the lines {p.words} of the {_words(name, body)}, in order",
        f"{_find(name, body)} | sort | xargs grep -h {p.novice}\n",
        f"{_find(name, body)} -print0 | sort -z | xargs -0 grep -h {p.shell} --\n",
        _meant(name, body),
        oracle,
        deep=True,
    )


@family(FIND_NAMES, FIND_BODIES, STREAMS)
def find_each(name: Bound, body: Bound, s: Bound) -> Answer:
    sharp = "while IFS= read -r -d '' f; do\n    {} < \"$f\"\ndone\n"
    return Answer(
        f"One by one in order print the {_words(name, body)}, each {s.words}",
        careless(f"{_find(name, body)} | sort", f"cat $f | {s.novice}"),
        f"{_find(name, body)} -print0 | sort -z | " + sharp.format(s.shell),
        _meant(name, body),
        lambda files: Effect("".join(lines(s.of(t.splitlines())) for t in files.values())),
        deep=True,
    )


@family(INTO, FIND_NAMES, FIND_BODIES)
def find_into(verb: Bound, name: Bound, body: Bound) -> Answer:
    folder = verb.constants[0]
    return Answer(
        f"{verb.words} the {_words(name, body)}",
        f"mkdir {folder}\n{verb.novice} $({_find(name, body)}) {folder}\n",
        f"mkdir {folder}\n{_find(name, body)} -exec {verb.shell} -t {folder} -- {{}} +\n",
        _meant(name, body),
        lambda files: done(verb, files, {p: f"{folder}/{p.rpartition('/')[2]}" for p in files}),
        deep=True,
    )
