"""Near-duplicates by an exact set-similarity join: every pair is found, none is guessed.

Two sets with Jaccard similarity of at least t share at least t of the larger one. So a text most of
whose shingles stand in no other text cannot have a near-duplicate, and of the others it is enough
to look up a prefix of the shingles, rarest first (Chaudhuri et al. 2006; Bayardo et al. 2007,
AllPairs; Xiao et al. 2008, PPJoin, for the bound on the overlap). Rarity is counted in a table of
slots; slots that collide make the search look at more, never at less. Exact up to two shingles of
one 64-bit hash.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from oilstone_data.dedup.index import Found, PrefixIndex, Tokens
from oilstone_data.dedup.store import SetStore
from oilstone_data.dedup.words import Hashes, Positions

Table = npt.NDArray[np.uint8]
_LARGEST_TABLE = 1 << 27  # bytes
_ROUNDS = 4
_NEXT = np.minimum(np.arange(1, 257), 255).astype(np.uint8)
_NO_HASHES: Hashes = np.empty(0, np.uint64)


class Match(NamedTuple):
    """Text `removed` is near text `kept`, which stands before it; both are numbers of texts."""

    removed: int
    kept: int
    jaccard: float


class _Threshold:
    """Comparisons with the threshold in whole numbers: 0.7 means 7/10, not the nearest float."""

    def __init__(self, threshold: float) -> None:
        share = Fraction(str(threshold))
        self._top, self._bottom = share.numerator, share.denominator

    def share(self, sizes: Positions) -> Positions:
        """The smallest overlap that a set of this size can have with a near one."""
        return -(-self._top * sizes // self._bottom)

    def overlap(self, size: int, sizes: Any) -> Any:
        """The smallest overlap that makes sets of these two sizes near."""
        return -(-self._top * (size + sizes) // (self._bottom + self._top))


def near_duplicates(store: SetStore, threshold: float, keep_all: bool = False) -> Iterator[Match]:
    """Yield, text by text, every match of a later text with an earlier one that is kept.

    A text is kept when it matches no earlier kept text; so no two kept texts are near, and every
    other one has a kept neighbour. With `keep_all` every text counts as kept: all near pairs.
    `threshold` is the least Jaccard similarity, above 0 and up to 1. Texts without words match
    nothing.
    """
    limit = _Threshold(threshold)
    numbers, table = _shared(store, limit)
    sizes = store.sizes()[numbers]
    lengths = (sizes - limit.share(sizes) + 1).tolist()
    blocks = zip(store.blocks(numbers), lengths, strict=True)
    index = PrefixIndex(_prefix(hashes, table, length) for (_, hashes), length in blocks)
    for place, number in enumerate(numbers):
        near = _candidates(index.find(place), int(sizes[place]), sizes, limit)
        matches = list(_verified(store, number, [numbers[p] for p in near.tolist()], limit))
        yield from matches
        if keep_all or not matches:
            index.add(place)


def _shared(store: SetStore, limit: _Threshold) -> tuple[list[int], Table]:
    """Texts that share enough shingles with others, and how often each slot occurs in them."""
    sizes = store.sizes()
    least = limit.share(sizes)
    numbers = np.flatnonzero(sizes).tolist()
    for _ in range(_ROUNDS):
        table = _count(store, numbers, int(sizes[numbers].sum()))
        kept = [n for n, hashes in store.blocks(numbers) if _common(hashes, table) >= least[n]]
        done = len(kept) > 0.9 * len(numbers)
        numbers = kept
        if done:
            break
    return numbers, table


def _count(store: SetStore, numbers: Sequence[int], shingles: int) -> Table:
    """In how many texts each slot occurs, up to 255."""
    size = min(max(1 << (4 * shingles).bit_length(), 1 << 10), _LARGEST_TABLE)
    table = np.zeros(size, np.uint8)
    for _, hashes in store.blocks(numbers):
        slots = hashes & np.uint64(size - 1)
        table[slots] = _NEXT[table[slots]]
    return table


def _counts(hashes: Hashes, table: Table) -> Table:
    counts: Table = table.take((hashes & np.uint64(len(table) - 1)).view(np.int64))
    return counts


def _common(hashes: Hashes, table: Table) -> int:
    return int(np.count_nonzero(_counts(hashes, table) > 1))


def _prefix(hashes: Hashes, table: Table, length: int) -> Tokens:
    """The rarest `length` shingles of a text, without those that no other text has."""
    counts = _counts(hashes, table)
    order = (counts.astype(np.uint64) << np.uint64(56)) | (hashes >> np.uint64(8))
    order.sort()
    rarest = order[:length]
    return rarest[np.searchsorted(rarest, np.uint64(2 << 56)) :].astype(np.uint32)


def _candidates(
    found: Found, size: int, sizes: Positions, limit: _Threshold
) -> npt.NDArray[np.int32]:
    """Places that may be near: what the prefixes share and all that lies behind them is enough."""
    if not len(found.places):
        return found.places
    others = sizes[found.places]
    need = limit.overlap(size, others)
    behind = limit.share(np.maximum(others, size)) - 1
    enough = (found.shared + behind >= need) & (np.minimum(others, size) >= need)
    near: npt.NDArray[np.int32] = found.places[enough]
    return near


def _verified(
    store: SetStore, number: int, others: Sequence[int], limit: _Threshold
) -> Iterator[Match]:
    mine = store.read(number) if others else _NO_HASHES
    for other in others:
        theirs = store.read(other)
        total = len(mine) + len(theirs)
        both = len(np.intersect1d(mine, theirs, assume_unique=True))
        if both >= limit.overlap(len(mine), len(theirs)):
            yield Match(number, other, both / (total - both))
