"""Commands on all files of a folder at once, and loops that make new files of them."""

# A family is its prompt; a builder's docstring would say it again.
# ruff: noqa: D103

from __future__ import annotations

from oilstone_data.world.shell.family import Answer, Effect, family
from oilstone_data.world.shell.frames import careful, careless, lines
from oilstone_data.world.shell.names import GLOBS, RENAMES
from oilstone_data.world.shell.ops import ENDINGS, Bound, Op
from oilstone_data.world.shell.scene import Files
from oilstone_data.world.shell.streams import LINES, STREAMS
from oilstone_data.world.shell.verbs import VERBS, done

_ENDING = GLOBS[:1]


@family(GLOBS, STREAMS)
def together(g: Bound, s: Bound) -> Answer:
    return Answer(
        f"Join each {g.words} and print all {s.words}",
        f"cat $(ls {g.novice}) | {s.novice}\n",
        f"cat -- {g.shell} | {s.shell}\n",
        lambda n, _t: g.of(n),
        lambda files: Effect(lines(s.of("".join(files.values()).splitlines()))),
    )


# Python: a file's name, its lines, those of them that are meant -> what is printed.
_GREPS = (
    Op("with", "name those with lines", "-l", lambda n, v, found: [n] if found else []),
    Op("count", "count the lines", "-c", lambda n, v, found: [f"{n}:{len(found)}"]),
    Op("lacking", "name those without lines", "-L", lambda n, v, found: [] if found else [n]),
    Op("lines", "print without names the lines", "-h", lambda n, v, found: found),
    Op("first", "print with names the first of the lines", "-m 1",
       lambda n, v, found: [f"{n}:{line}" for line in found[:1]]),
    Op("number", "print with names and numbers the lines", "-n",
       lambda n, v, found: [f"{n}:{i}:{line}" for i, line in enumerate(v, 1) if line in found]),
)  # fmt: skip


@family(GLOBS, _GREPS, LINES)
def grep_files(g: Bound, how: Bound, p: Bound) -> Answer:
    def oracle(files: Files) -> Effect:
        found = []
        for name, text in files.items():
            every = text.splitlines()
            found += how.of(name, every, [line for line in every if p.of(line)])
        return Effect(lines(found))

    return Answer(
        f"Of each {g.words} {how.words} {p.words}",
        f"grep {how.novice} {p.novice} $(ls {g.novice})\n",
        f"grep {how.shell} {p.shell} -- {g.shell}\n",
        lambda n, _t: g.of(n),
        oracle,
    )


@family(VERBS, GLOBS, RENAMES)
def rename(verb: Bound, g: Bound, new: Bound) -> Answer:
    return Answer(
        f"To {new.words} {verb.words} each {g.words}",
        careless(f"ls {g.novice}", f"{verb.novice} $f {new.novice}"),
        careful(g.shell, f'{verb.shell} -- "$f" "{new.shell}"'),
        lambda n, _t: g.of(n),
        lambda files: done(verb, files, {name: new.of(name) for name in files}),
    )


@family(_ENDING, STREAMS, RENAMES)
def write(g: Bound, s: Bound, new: Bound) -> Answer:
    return Answer(
        f"Write each {g.words} {s.words} to {new.words}",
        careless(f"ls {g.novice}", f"cat $f | {s.novice} > {new.novice}"),
        careful(g.shell, f'{s.shell} < "$f" > "{new.shell}"'),
        lambda n, _t: g.of(n),
        lambda files: Effect(
            made={new.of(n): lines(s.of(t.splitlines())) for n, t in files.items()}
        ),
    )


_NUMBERS = (Op("number", "its number and .{k}", "$n.{k}", lambda i, k: f"{i}.{k}", (ENDINGS,)),)


@family(VERBS, GLOBS, _NUMBERS)
def numbered(verb: Bound, g: Bound, new: Bound) -> Answer:
    count = "n=$((n + 1))"
    return Answer(
        f"To {new.words} {verb.words} each {g.words}, counted from 1",
        "n=1\n" + careless(f"ls {g.novice}", f"{verb.novice} $f {new.novice}\n{count}"),
        "n=1\n" + careful(g.shell, f'{verb.shell} -- "$f" "{new.shell}"\n    {count}'),
        lambda n, _t: g.of(n),
        lambda files: done(verb, files, {n: new.of(i) for i, n in enumerate(files, 1)}),
    )
