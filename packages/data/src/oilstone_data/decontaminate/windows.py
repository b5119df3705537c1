"""Hashes of runs of k words (Karp and Rabin 1987)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from oilstone_data.dedup.words import Hashes, Positions

Short = npt.NDArray[np.uint32]
_BASE = np.uint64(0xC2B2AE3D27D4EB4F)
_SHORT_BASE = np.uint32(0x9E3779B1)


def windows(codes: Hashes, k: int) -> Hashes:
    """Return h[s], the hash of codes[s:s + k], for every s."""
    return windows_at(codes, np.arange(max(len(codes) - k + 1, 0)), k)


def windows_at(codes: Hashes, places: Positions, k: int) -> Hashes:
    """The same for the given s alone."""
    made = codes[places]
    for step in range(1, k):
        made *= _BASE
        made += codes[places + step]
    return made


def short_windows(codes: Short, k: int) -> Short:
    """Hashes of 32 bits of all runs of k codes: quick to make, and to be looked at more closely."""
    count = max(len(codes) - k + 1, 0)
    made = codes[:count].copy()
    for step in range(1, k):
        made *= _SHORT_BASE
        made += codes[step : step + count]
    return made
