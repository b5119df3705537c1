"""Which licence a LICENSE file holds, by its words."""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from oilstone_data.dedup.shingles import shingles
from oilstone_data.dedup.words import Hashes, words
from oilstone_schemas.command import MissingTool

_NGRAM = 3  # words
_LEAST = 0.8  # Jaccard similarity; the nearest two licences on the list, GPL and AGPL, have more
_HEADER = re.compile(
    r"(?im)^\W*(copyright|\(c\)|©)\W.{0,120}$|^.{0,40}licen[cs]e\W{0,20}$|\[[a-z ]+\]"
)


def licence_of_text(text: str) -> str | None:
    """SPDX identifier of the licence that `text` is, but for names, years and layout; or None."""
    mine = _set(text)
    if not len(mine):
        return None
    best, name = max((_similarity(mine, known), name) for name, known in _known())
    return name if best >= _LEAST else None


def _set(text: str) -> Hashes:
    return shingles(words([_HEADER.sub("", text)]), _NGRAM).hashes


def _similarity(one: Hashes, other: Hashes) -> float:
    both = len(np.intersect1d(one, other, assume_unique=True))
    return both / (len(one) + len(other) - both)


@cache
def _known() -> list[tuple[str, Hashes]]:
    try:
        from identify.vendor.licenses import LICENSES
    except ImportError as error:
        raise MissingTool(
            "the texts of licences come in a library: pip install 'oilstone-data[licence]'"
        ) from error
    return [(name, _set(text)) for name, text in LICENSES]
