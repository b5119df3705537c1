"""Sets of word n-grams (shingles), the thing whose Jaccard similarity makes two texts near."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from oilstone_data.dedup.index import starts
from oilstone_data.dedup.words import Hashes, Positions, Words, mix

_BASE = np.uint64(0xD6E8FEB86659FD93)
_NO_WORD = np.uint64(0xA0761D6478BD642F)


class Sets(NamedTuple):
    """Sets of a batch of texts: `hashes[bounds[i]:bounds[i + 1]]`, ascending, is that of text i."""

    hashes: Hashes
    bounds: Positions


def ngrams(words: Words, n: int) -> Words:
    """Hash every run of `n` words within a text, in order; a shorter text is one run of its own."""
    counts = np.diff(words.bounds)
    short = (counts > 0) & (counts < n)
    first = words.bounds[:-1][short]
    rolled = _roll(np.append(words.hashes, np.zeros(n, np.uint64)), n)
    rolled[first] = _short(words, first, counts[short], n)
    inside = _within(words, n)
    inside[first] = True
    sizes = np.where(short, 1, np.maximum(counts - n + 1, 0))
    return Words(mix(rolled[inside]), np.concatenate([[0], np.cumsum(sizes)]))


def _roll(hashes: Hashes, n: int) -> Hashes:
    size = len(hashes) - n
    rolled = hashes[:size].copy()
    for step in range(1, n):
        rolled *= _BASE
        rolled += hashes[step : size + step]
    return rolled


def _short(words: Words, first: Positions, counts: Positions, n: int) -> Hashes:
    """Texts of fewer than `n` words, as if they went on with a word that no text has."""
    rolled = words.hashes[first]
    for step in range(1, n):
        there = np.minimum(first + step, len(words.hashes) - 1)
        rolled *= _BASE
        rolled += np.where(step < counts, words.hashes[there], _NO_WORD)
    return rolled


def _within(words: Words, n: int) -> npt.NDArray[np.bool_]:
    """Whether the run of `n` words that starts at each word ends in the same text."""
    counts = np.diff(words.bounds)
    ends = np.repeat(words.bounds[1:], counts)
    return np.arange(len(words.hashes)) + n <= ends


def shingles(words: Words, n: int) -> Sets:
    """The set of n-grams of every text."""
    grams = ngrams(words, n)
    hashes, bounds = grams.hashes, grams.bounds
    for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        hashes[start:end].sort()
    new = starts(hashes)
    new[bounds[:-1][np.diff(bounds) > 0]] = True
    return Sets(hashes[new], np.concatenate([[0], np.cumsum(new)])[bounds])
