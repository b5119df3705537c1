"""Which files are meant, and what is done with their names."""

from __future__ import annotations

from oilstone_data.world.shell.ops import ENDINGS, WORDS, Op

# Python: a name -> whether the glob matches it.
GLOBS = (
    Op("ending", "file ending in .{k}", "*.{k}", lambda n, k: n.endswith(f".{k}"), (ENDINGS,)),
    Op("starting", "file starting with {k}", "{k}*", lambda n, k: n.startswith(k), (WORDS,)),
    Op("with", "file with {k} in its name", "*{k}*", lambda n, k: k in n, (WORDS,)),
    Op("digit", "file starting with a digit", "[0-9]*", lambda n: "0" <= n[0] <= "9"),
    Op("other", "file not starting with a digit", "[!0-9]*", lambda n: not "0" <= n[0] <= "9"),
    Op("capital", "file starting with a capital", "[[:upper:]]*", lambda n: "A" <= n[0] <= "Z"),
)

# Tests of find. Python: a file's name -> whether it is meant.
FIND_NAMES = (
    Op("ending", "ending in .{k}", "-name '*.{k}'", lambda n, k: n.endswith(f".{k}"), (ENDINGS,)),
    Op("starting", "starting with {k}", "-name '{k}*'", lambda n, k: n.startswith(k), (WORDS,)),
    Op("with", "with {k} in the name", "-name '*{k}*'", lambda n, k: k in n, (WORDS,)),
    Op("not", "not ending in .{k}", "! -name '*.{k}'", lambda n, k: not n.endswith(f".{k}"),
       (ENDINGS,)),
    Op("any_case", "ending in .{k} in any case", "-iname '*.{k}'",
       lambda n, k: n.lower().endswith(f".{k}"), (ENDINGS,)),
    Op("capital", "starting with a capital", "-name '[[:upper:]]*'", lambda n: "A" <= n[0] <= "Z"),
)  # fmt: skip

# Further tests of find. Python: path below the folder, content -> whether it is meant.
FIND_BODIES = (
    Op("full", "that are not empty", "! -empty", lambda p, t: t != ""),
    Op("larger", "larger than {k} bytes", "-size +{k}c", lambda p, t, k: len(t) > k,
       (range(20, 60, 5),)),
    Op("smaller", "smaller than {k} bytes", "-size -{k}c", lambda p, t, k: len(t) < k,
       (range(60, 100, 5),)),
    Op("below", "in subfolders", "-mindepth 2", lambda p, t: "/" in p),
    Op("here", "not in subfolders", "-maxdepth 1", lambda p, t: "/" not in p),
)  # fmt: skip

# What is printed of the name in `f`. Python: a name -> text.
FORMS = (
    Op("name", "its name", "$f", lambda n: n),
    Op("upper", "its name in upper case", "${f^^}", lambda n: n.upper()),
    Op("lower", "its name in lower case", "${f,,}", lambda n: n.lower()),
    Op("stem", "its name without the ending", "${f%.*}", lambda n: n.rpartition(".")[0]),
    Op("ending", "its ending", "${f##*.}", lambda n: n.rpartition(".")[2]),
    Op("head", "the part before the first dot", "${f%%.*}", lambda n: n.partition(".")[0]),
    Op("cut", "its name's first {k} characters", "${f:0:{k}}", lambda n, k: n[:k],
       (range(3, 10),)),
    Op("twice", "its name twice", "$f $f", lambda n: f"{n} {n}"),
    Op("taken", "its name with {k} taken out", "${f/{k}/}", lambda n, k: n.replace(k, "", 1),
       (WORDS,)),
)  # fmt: skip

# A new name for the file in `f`. Python: a name -> a name.
RENAMES = (
    Op("added", "the name with .{k} added", "$f.{k}", lambda n, k: f"{n}.{k}", (ENDINGS,)),
    Op("before", "the name after old-", "old-$f", lambda n: f"old-{n}"),
    Op("other", "the name ending in .{k} instead", "${f%.*}.{k}",
       lambda n, k: f"{n.rpartition('.')[0]}.{k}", (("new", "old", "out", "tmp"),)),
    Op("stem", "the name without the ending", "${f%.*}", lambda n: n.rpartition(".")[0]),
    Op("upper", "the name in upper case", "${f^^}", lambda n: n.upper()),
    Op("twice", "the name twice", "$f-$f", lambda n: f"{n}-{n}"),
)  # fmt: skip
