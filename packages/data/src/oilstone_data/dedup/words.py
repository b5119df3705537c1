"""Words of many texts as 64-bit hashes, computed on whole blocks of bytes at once.

A word is what `re.findall(r"\\w+", text.lower())` finds, whatever the script. Its hash is a
polynomial over a fixed table of random numbers modulo 2**64, read off a running sum of the block
(Karp and Rabin 1987), then mixed. Nothing here depends on a seed, a process or a machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]

_BLOCK = 1 << 15  # bytes: a block's arrays stay in the processor's second cache
_BATCH = 1 << 18  # bytes of text that are joined before they are cut into blocks
_BASE = 0x9E3779B97F4A7C15
_MANY = 40  # distinct characters from which on one pass over the text is quicker
_UNICODE_GAP = re.compile(r"[^\x00-\x7f\w]+")
_LOWER = bytes(
    ord(chr(c).lower()) if c >= 128 or chr(c).isalnum() or c == ord("_") else ord(" ")
    for c in range(128)
) + bytes(range(128, 256))


class Words(NamedTuple):
    """Words of a batch of texts: `hashes[bounds[i]:bounds[i + 1]]` are those of text i."""

    hashes: Hashes
    bounds: Positions


def words(texts: Sequence[str]) -> Words:
    """Hash the words of every text, in order; word characters and case as in Python's `re`."""
    return located_words(texts)[0]


def located_words(texts: Sequence[str]) -> tuple[Words, Positions, Positions]:
    """The words, where each one starts in all texts laid end to end, and where each text starts.

    Places are bytes of the lower-case text, so for ASCII texts they are places in the text itself.
    """
    parts = [_normal(text) for text in texts]
    starts, hashes = hash_words(b" ".join(parts))
    offsets = np.cumsum([0, *(len(part) + 1 for part in parts)])
    return Words(hashes, np.searchsorted(starts, offsets)), starts, offsets


def batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Group texts so that each group holds some 260,000 characters, or one long text."""
    group: list[str] = []
    size = 0
    for text in texts:
        group.append(text)
        size += len(text)
        if size >= _BATCH:
            yield group
            group, size = [], 0
    if group:
        yield group


def _normal(text: str) -> bytes:
    """Lower-case UTF-8 with a blank for everything that is in no word."""
    if not text.isascii():
        text = _unicode_normal(text)
    return text.encode("utf-8").translate(_LOWER)


def _unicode_normal(text: str) -> str:
    """Blanks for what is in no word, by the few distinct characters that most texts hold."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    rare = {chr(code) for code in np.unique(codes[codes > 127]).tolist()}
    if any(char != char.lower() for char in rare):
        text = text.lower()
        rare = {lowered for char in rare for lowered in char.lower()}
    gaps = [char for char in rare if not (char.isalnum() or char.isascii())]
    if len(gaps) > _MANY:
        return _UNICODE_GAP.sub(" ", text)
    for char in gaps:
        text = text.replace(char, " ")
    return text


def hash_words(data: bytes) -> tuple[Positions, Hashes]:
    """Start and hash of every run of bytes other than blanks."""
    found = [_hash_block(data, start, end) for start, end in _blocks(data)]
    starts, hashes = zip(*found, strict=True) if found else ((), ())
    return _joined(starts, np.int64), mix(_joined(hashes, np.uint64))


def _joined(parts: Sequence[Any], kind: type) -> Any:
    return np.concatenate(parts) if parts else np.empty(0, kind)


def _blocks(data: bytes) -> Iterator[tuple[int, int]]:
    """Cut after a blank: no word stands in two blocks."""
    start = 0
    while start < len(data):
        end = data.find(b" ", start + _BLOCK) + 1 or len(data)
        yield start, end
        start = end


def _hash_block(data: bytes, start: int, end: int) -> tuple[Positions, Hashes]:
    codes = np.frombuffer(data, np.uint8, end - start, start)
    length = end - start
    powers, inverses = _powers(max(length, 2 * _BLOCK).bit_length())
    total = np.zeros(length + 1, np.uint64)
    terms = _table().take(codes)  # twice as quick as indexing
    terms *= powers[:length]
    terms.cumsum(out=total[1:])
    inside = np.zeros(length + 2, np.bool_)
    np.not_equal(codes, ord(" "), out=inside[1:-1])
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    first, last = edges[::2], edges[1::2]
    hashes = total[last]
    hashes -= total[first]
    hashes *= inverses[first]
    return first + start, hashes


@cache
def _table() -> Hashes:
    """A random odd number for each byte."""
    return mix(np.arange(1, 257, dtype=np.uint64) * np.uint64(_BASE)) | np.uint64(1)


@cache
def _powers(bits: int) -> tuple[Hashes, Hashes]:
    """Powers of the base and of its inverse modulo 2**64, for blocks of up to 2**bits bytes."""
    made = []
    for base in (_BASE, pow(_BASE, -1, 1 << 64)):
        powers = np.full(1 << bits, base, np.uint64)
        powers[0] = 1
        made.append(np.cumprod(powers, out=powers))
    return made[0], made[1]


def mix(values: Hashes) -> Hashes:
    """Spread every bit over all others (the finaliser of MurmurHash3)."""
    values = values ^ (values >> np.uint64(33))
    values *= np.uint64(0xFF51AFD7ED558CCD)
    values ^= values >> np.uint64(33)
    values *= np.uint64(0xC4CEB9FE1A85EC53)
    values ^= values >> np.uint64(33)
    return values
