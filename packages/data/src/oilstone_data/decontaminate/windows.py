"""Hashes of all runs of k words, from one running sum (Karp and Rabin 1987)."""

from __future__ import annotations

from functools import cache

import numpy as np

from oilstone_data.dedup.words import Hashes

_BLOCK = 1 << 14  # words
_BASE = 0xC2B2AE3D27D4EB4F


def windows(codes: Hashes, k: int) -> Hashes:
    """Return h[s], the hash of codes[s:s + k], for every s: sum of codes[i] * B**(i - s)."""
    count = max(len(codes) - k + 1, 0)
    made = np.empty(count, np.uint64)
    powers, inverses = powers_of_base((_BLOCK + k).bit_length())
    for start in range(0, count, _BLOCK):
        end = min(start + _BLOCK, count)
        sums = running_sum(codes[start : end + k - 1] * powers[: end - start + k - 1])
        made[start:end] = (sums[k:] - sums[:-k]) * inverses[: end - start]
    return made


def running_sum(values: Hashes) -> Hashes:
    """Sums of the first 0, 1, 2, … values, modulo 2**64."""
    total = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values, out=total[1:])
    return total


@cache
def powers_of_base(bits: int) -> tuple[Hashes, Hashes]:
    """The first 2**bits powers of the base and of its inverse modulo 2**64."""
    made = []
    for base in (_BASE, pow(_BASE, -1, 1 << 64)):
        powers = np.full(1 << bits, base, np.uint64)
        powers[0] = 1
        made.append(np.cumprod(powers, out=powers))
    return made[0], made[1]
