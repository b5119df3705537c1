"""What stays of a program when its names are changed.

Two codes of a word that is a name: blind (every name is the same) and by distance (how many words
ago it was last used within the window, Baker 1996, "Parameterized pattern matching"). Keywords,
built-in types and small numbers keep their own hash in both.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from oilstone_data.decontaminate.windows import powers_of_base, running_sum
from oilstone_data.dedup.words import Hashes, mix, words

# Rust, Python and the shell share one table, without keywords of one that are usual names in
# another (type, match, string): those count as names, which costs little.
_KEYWORDS = [
    "and",
    "as",
    "assert",
    "async",
    "await",
    "bool",
    "break",
    "class",
    "const",
    "continue",
    "crate",
    "def",
    "do",
    "done",
    "elif",
    "else",
    "enum",
    "esac",
    "except",
    "extern",
    "f32",
    "f64",
    "false",
    "fi",
    "finally",
    "float",
    "fn",
    "for",
    "from",
    "global",
    "i128",
    "i16",
    "i32",
    "i64",
    "i8",
    "if",
    "impl",
    "import",
    "in",
    "int",
    "is",
    "isize",
    "lambda",
    "let",
    "loop",
    "mod",
    "mut",
    "none",
    "nonlocal",
    "not",
    "or",
    "pass",
    "pub",
    "raise",
    "ref",
    "return",
    "self",
    "static",
    "struct",
    "super",
    "then",
    "trait",
    "true",
    "try",
    "u128",
    "u16",
    "u32",
    "u64",
    "u8",
    "unsafe",
    "usize",
    "void",
    "where",
    "while",
    "with",
    "yield",
]
KEPT = frozenset([*_KEYWORDS, *map(str, range(1001))])
_BITS = 22
_NAME = np.uint64(0x9FB21C651E98DF25)


def keeps(hashes: Hashes) -> npt.NDArray[np.bool_]:
    """Whether each word is one that a change of names leaves alone."""
    found: npt.NDArray[np.bool_] = _kept_table().take(
        (hashes >> np.uint64(64 - _BITS)).view(np.int64)
    )
    return found


@cache
def _kept_table() -> npt.NDArray[np.bool_]:
    table = np.zeros(1 << _BITS, np.bool_)
    table[words(sorted(KEPT)).hashes >> np.uint64(64 - _BITS)] = True
    return table


def blind(hashes: Hashes, kept: npt.NDArray[np.bool_]) -> Hashes:
    """Codes in which all names are one."""
    return np.where(kept, hashes, _NAME)


def pattern_of(hashes: Hashes) -> list[int]:
    """Words with every name replaced by when it first came: equal for equal use of names."""
    first: dict[int, int] = {}
    pairs = zip(hashes.tolist(), keeps(hashes).tolist(), strict=True)
    return [word if kept else first.setdefault(word, len(first)) for word, kept in pairs]


def renamed_windows(hashes: Hashes, kept: npt.NDArray[np.bool_], k: int) -> Hashes:
    """Hashes of all runs of k words of one text, equal for texts that differ in names alone.

    `kept` says which words are no names.
    A name counts by its distance to the same name before it, or as new when that lies outside the
    run; what lies outside changes from run to run, which `lost` accounts for.
    """
    size = len(hashes)
    if size < k:
        return np.empty(0, np.uint64)
    powers, inverses = powers_of_base(size.bit_length())
    distance = _distances(hashes, k)
    names = ~kept
    codes = hashes.copy()
    codes[names] = mix(distance[names].astype(np.uint64) + _NAME)
    again = np.flatnonzero(names & (distance > 0))
    surplus = (codes[again] - mix(np.array([_NAME]))) * powers[again]
    lost = np.zeros(size + 1, np.uint64)
    lost[again - distance[again] + 1] += surplus
    lost[again + 1] -= surplus
    sums = running_sum(codes * powers[:size])
    count = size - k + 1
    return (sums[k:] - sums[:-k] - np.cumsum(lost)[:count]) * inverses[:count]


def _distances(hashes: Hashes, k: int) -> npt.NDArray[np.int64]:
    """How many words ago each word stood before; 0 for never or not within a run of k."""
    order = np.argsort(hashes, kind="stable")
    same = hashes[order[1:]] == hashes[order[:-1]]
    later, earlier = order[1:][same], order[:-1][same]
    distance = np.zeros(len(hashes), np.int64)
    distance[later] = later - earlier
    distance[distance >= k] = 0
    return distance
