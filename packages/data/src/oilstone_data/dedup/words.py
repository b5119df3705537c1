"""Words of many texts as 64-bit hashes, computed on whole batches at once.

A word is what `re.findall(r"\\w+", text.lower())` finds, whatever the script. Its hash is that of
its bytes, eight at a time; no two words of up to eight bytes share one. Nothing here depends on a
seed, a process or a machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xxhash

Hashes = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]

_BATCH = 1 << 18  # bytes of text whose words are hashed at once: their arrays stay in the cache
_CHUNK = 8  # bytes of a word that are hashed at once
_LONG = 32  # bytes of a word that is hashed on its own
_MANY = 40  # distinct characters from which on one pass over the text is quicker
_UNICODE_GAP = re.compile(r"[^\x00-\x7f\w]")
_ASCII = bytes(range(128))
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
    parts = [normal_bytes(text) for text in texts]
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


def normal_bytes(text: str) -> bytes:
    """Lower-case UTF-8 with a blank for every character that is in no word."""
    if not text.isascii():
        text = _unicode_normal(text)
    return text.encode("utf-8").translate(_LOWER)


def _unicode_normal(text: str) -> str:
    """Blanks for what is in no word, by the few distinct characters that most texts hold."""
    others = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    rare = set(others.decode("utf-8", "surrogatepass"))
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
    inside = np.zeros(len(data) + 2, np.bool_)
    np.not_equal(np.frombuffer(data, np.uint8), ord(" "), out=inside[1:-1])
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    first = edges[::2]
    sizes = edges[1::2] - first
    # Eight bytes from every byte on: overlapping views of the same memory, not copies.
    chunks: Hashes = np.ndarray((len(data) + 1,), "<u8", data + b" " * _CHUNK, 0, (1,))
    hashes = chunks[first] & _masks().take(sizes, mode="clip")
    longer = np.flatnonzero(sizes > _CHUNK)
    for word in longer[sizes[longer] > _LONG].tolist():
        hashes[word] = xxhash.xxh64_intdigest(data[first[word] : first[word] + sizes[word]])
    _add_chunks(hashes, chunks, first, sizes, longer[sizes[longer] <= _LONG])
    return first, mix(hashes)


def _add_chunks(
    hashes: Hashes, chunks: Hashes, first: Positions, sizes: Positions, longer: Positions
) -> None:
    """Let the bytes after the first eight of the words `longer` take part in their hashes."""
    done = _CHUNK
    while len(longer):
        chunk = chunks[first[longer] + done] & _masks().take(sizes[longer] - done, mode="clip")
        hashes[longer] = mix(hashes[longer]) + chunk
        done += _CHUNK
        longer = longer[sizes[longer] > done]


@cache
def _masks() -> Hashes:
    """Masks of the first 0 to 8 bytes of a chunk."""
    return np.array([(1 << (8 * size)) - 1 for size in range(_CHUNK + 1)], np.uint64)


def mix(values: Hashes) -> Hashes:
    """Spread every bit over all others (the finaliser of MurmurHash3)."""
    values = values ^ (values >> np.uint64(33))
    values *= np.uint64(0xFF51AFD7ED558CCD)
    values ^= values >> np.uint64(33)
    values *= np.uint64(0xC4CEB9FE1A85EC53)
    values ^= values >> np.uint64(33)
    return values
