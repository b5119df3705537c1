"""Runs of words in which names and numbers are blanks, as 32-bit hashes."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from oilstone_data.decontaminate.vocabulary import KEYWORDS, STANDARD
from oilstone_data.decontaminate.windows import short_windows
from oilstone_data.dedup.words import Hashes, words

Codes = npt.NDArray[np.uint32]
RUN = 5  # words
_BITS = 18  # one name in 170 is taken for a word that stays; the table fits the cache
_SHIFT = np.uint64(64 - _BITS)
_NAMES, _WORDS, _NUMBERS = 0, 1, 2
_NUMBER = np.uint32(0x9FB21C65)


def blind_codes(hashes: Hashes) -> Codes:
    """What is left of each word: keywords and standard names themselves, 0 for any other name."""
    kinds = _kinds().take((hashes >> _SHIFT).view(np.int64)).astype(np.uint32)
    codes = hashes.astype(np.uint32)
    codes *= kinds & np.uint32(_WORDS)
    kinds >>= np.uint32(1)
    kinds *= _NUMBER
    codes += kinds
    return codes


def blind_runs(codes: Codes) -> Codes:
    """Hashes of all runs of RUN codes."""
    return short_windows(codes, RUN)


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """By the leading bits of a word's hash: a name, a word that stays, or a number up to 1000."""
    table = np.full(1 << _BITS, _NAMES, np.uint8)
    table[words(list(map(str, range(1001)))).hashes >> _SHIFT] = _NUMBERS
    table[words(sorted(KEYWORDS | STANDARD)).hashes >> _SHIFT] = _WORDS
    return table
