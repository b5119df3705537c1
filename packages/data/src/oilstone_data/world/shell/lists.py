"""Loops over the file names that stand in a list, one to a line."""

# A family is its prompt; a builder's docstring would say it again.
# ruff: noqa: D103

from __future__ import annotations

from oilstone_data.world.shell.family import Answer, Effect, family
from oilstone_data.world.shell.frames import LIST, careless, lines, listed, no_list, the_list
from oilstone_data.world.shell.names import FORMS, GLOBS, RENAMES
from oilstone_data.world.shell.ops import Bound
from oilstone_data.world.shell.scene import Files
from oilstone_data.world.shell.streams import LINES, STREAMS
from oilstone_data.world.shell.verbs import VERBS, done

_NAMES = f"cat {LIST}"


@family(LINES, STREAMS)
def listed_stream(p: Bound, s: Bound) -> Answer:
    def oracle(files: Files) -> Effect:
        kept = [[x for x in text.splitlines() if p.of(x)] for text in files.values()]
        return Effect("".join(lines(s.of(each)) for each in kept))

    return Answer(
        f"Of each file in {LIST} print the lines {p.words}, {s.words}",
        careless(_NAMES, f"cat $f | grep {p.novice} | {s.novice}"),
        listed(f'grep {p.shell} -- "$f" | {s.shell}'),
        no_list,
        oracle,
        beside=the_list,
    )


@family(GLOBS, FORMS)
def listed_form(g: Bound, form: Bound) -> Answer:
    return Answer(
        f"For each {g.words} in {LIST} print {form.words}",
        careless(_NAMES, f"if [[ $f == {g.novice} ]]; then echo {form.novice}; fi"),
        listed(f"if [[ $f == {g.shell} ]]; then printf '%s\\n' \"{form.shell}\"; fi"),
        lambda n, t: no_list(n, t) and bool(g.of(n)),
        lambda files: Effect(lines([form.of(name) for name in files])),
        beside=the_list,
    )


@family(VERBS, RENAMES)
def listed_rename(verb: Bound, new: Bound) -> Answer:
    return Answer(
        f"To {new.words} {verb.words} each file in {LIST}",
        careless(_NAMES, f"{verb.novice} $f {new.novice}"),
        listed(f'{verb.shell} -- "$f" "{new.shell}"'),
        no_list,
        lambda files: done(verb, files, {name: new.of(name) for name in files}),
        beside=the_list,
    )
