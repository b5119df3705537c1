"""What is done with files: copied, renamed, linked."""

from __future__ import annotations

from collections.abc import Mapping

from oilstone_data.world.shell.family import LINK, Effect
from oilstone_data.world.shell.ops import Bound, Op
from oilstone_data.world.shell.scene import Files

_FOLDERS = ("out", "copies", "saved", "kept", "ready", "store", "spare", "extra")

# Python: old name, content -> content of the new name, whether the old one goes.
VERBS = (
    Op("copy", "copy", "cp", lambda n, t: (t, False)),
    Op("rename", "rename", "mv", lambda n, t: (t, True)),
    Op("link", "link", "ln", lambda n, t: (t, False)),
    Op("point", "link symbolically", "ln -s", lambda n, t: (LINK + n, False)),
)

# The same into a new folder, which is the constant.
INTO = (
    Op("copy", "Into the new folder {k} copy", "cp", lambda n, t, k: (t, False), (_FOLDERS,)),
    Op("move", "Into the new folder {k} move", "mv", lambda n, t, k: (t, True), (_FOLDERS,)),
    Op("link", "Into the new folder {k} link", "ln", lambda n, t, k: (t, False), (_FOLDERS,)),
)


def done(verb: Bound, files: Files, names: Mapping[str, str]) -> Effect:
    """What is left after `verb` was done to `files`, whose new names are `names`."""
    made, gone = {}, []
    for old, content in files.items():
        made[names[old]], goes = verb.of(old, content)
        gone += [old] if goes else []
    return Effect(made=made, gone=tuple(gone))
