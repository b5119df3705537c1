"""What is done to lines: filters that read standard input, line tests, and measures of a text."""

from __future__ import annotations

import re
from itertools import groupby

from oilstone_data.world.shell.ops import FEW, WORDS, Op

# Python: list of lines -> list of lines.
STREAMS = (
    Op("sort", "sorted", "sort", sorted),
    Op("backwards", "sorted backwards", "sort -r", lambda v: sorted(v, reverse=True)),
    Op("unique", "sorted without repeats", "sort -u", lambda v: sorted(set(v))),
    Op("once", "without repeated neighbours", "uniq", lambda v: [k for k, _ in groupby(v)]),
    Op("first", "cut to the first {k} lines", "head -n {k}", lambda v, k: v[:k], (FEW,)),
    Op("last", "cut to the last {k} lines", "tail -n {k}", lambda v, k: v[-k:], (FEW,)),
    Op("from", "from line {k} on", "tail -n +{k}", lambda v, k: v[k - 1 :], (FEW,)),
    Op("without", "without line {k}", "sed '{k}d'", lambda v, k: v[: k - 1] + v[k:], (FEW,)),
    Op("turned", "with the last line first", "tac", lambda v: v[::-1]),
    Op("rev", "with each line reversed", "rev", lambda v: [line[::-1] for line in v]),
    Op(
        "upper",
        "in upper case",
        "tr '[:lower:]' '[:upper:]'",
        lambda v: [line.upper() for line in v],
        novice="tr a-z A-Z",
    ),
    Op(
        "squeeze",
        "with runs of blanks squeezed",
        "tr -s ' '",
        lambda v: [re.sub(" +", " ", line) for line in v],
    ),
    Op(
        "digits",
        "without digits",
        "tr -d '[:digit:]'",
        lambda v: [re.sub("[0-9]", "", line) for line in v],
        novice="tr -d 0-9",
    ),
    Op(
        "field",
        "cut to word {k} of each line",
        "cut -d ' ' -f {k}",
        lambda v, k: [_field(line, k) for line in v],
        (range(1, 4),),
    ),
    Op(
        "chars",
        "cut to {k} characters a line",
        "cut -c 1-{k}",
        lambda v, k: [line[:k] for line in v],
        (range(2, 9),),
    ),
    Op(
        "numbered",
        "with numbered lines",
        "nl -b a",
        lambda v: [f"{number:6d}\t{line}" for number, line in enumerate(v, 1)],
    ),
    Op(
        "taken",
        "with {k} taken out",
        "sed 's/{k}//g'",
        lambda v, k: [line.replace(k, "") for line in v],
        (WORDS,),
    ),
)

# Python: a line -> whether it is kept. The shell text follows `grep`.
LINES = (
    Op("has", "containing {k}", "{k}", lambda x, k: k in x, (WORDS,)),
    Op("lacks", "without {k}", "-v {k}", lambda x, k: k not in x, (WORDS,)),
    Op("starts", "starting with {k}", "'^{k}'", lambda x, k: x.startswith(k), (WORDS,)),
    Op("ends", "ending in {k}", "'{k}$'", lambda x, k: x.endswith(k), (WORDS,)),
    Op("any_case", "containing {k} in any case", "-i {k}", lambda x, k: k in x.lower(), (WORDS,)),
    Op(
        "word",
        "with the whole word {k}",
        "-w {k}",
        lambda x, k: re.search(rf"\b{k}\b", x) is not None,
        (WORDS,),
    ),
    Op("digit", "holding a digit", "'[0-9]'", lambda x: re.search("[0-9]", x) is not None),
)

# Python: a text -> a number. The command reads standard input.
MEASURES = (
    Op("lines", "number of lines", "wc -l", lambda t: t.count("\n")),
    Op("words", "number of words", "wc -w", lambda t: len(t.split())),
    Op("bytes", "number of bytes", "wc -c", lambda t: len(t.encode())),
    Op("longest", "longest line's length", "wc -L", lambda t: max(map(len, t.split("\n")))),
)


def _field(line: str, k: int) -> str:
    """Field `k` as cut finds it: a line without a blank is handed on whole."""
    parts = line.split(" ")
    if len(parts) == 1:
        return line
    return parts[k - 1] if k <= len(parts) else ""
