"""Hashes of runs of k words (Karp and Rabin 1987)."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from oilstone_data.dedup.words import Hashes, Positions

Short = npt.NDArray[np.uint32]
_BASE = np.uint64(0xC2B2AE3D27D4EB4F)
_SHORT_BASE = np.uint32(0x9E3779B1)
_Code = TypeVar("_Code", np.uint32, np.uint64)


def windows(codes: Hashes, k: int) -> Hashes:
    """Return h[s], the hash of codes[s:s + k], for every s."""
    return _rolled(codes, k, _BASE)


def windows_at(codes: Hashes, places: Positions, k: int) -> Hashes:
    """The same for the given s alone."""
    made = codes[places]
    for step in range(1, k):
        made *= _BASE
        made += codes[places + step]
    return made


def short_windows(codes: Short, k: int) -> Short:
    """Hashes of 32 bits of all runs of k codes: quick to make, and to be looked at more closely."""
    return _rolled(codes, k, _SHORT_BASE)


def windows_within(bounds: Positions, k: int) -> tuple[Positions, Positions]:
    """Starts of runs of k codes that lie in one text, and which; text i has bounds[i:i + 2]."""
    sizes = np.diff(bounds)
    texts = np.repeat(np.arange(len(sizes)), sizes)
    starts = np.flatnonzero(np.arange(k, len(texts) + k) <= bounds[1:][texts])
    return starts, texts[starts]


def _rolled(codes: npt.NDArray[_Code], k: int, base: _Code) -> npt.NDArray[_Code]:
    count = max(len(codes) - k + 1, 0)
    made = codes[:count].copy()
    for step in range(1, k):
        made *= base
        made += codes[step : step + count]
    return made
