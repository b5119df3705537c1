"""Which side of the split a row stands on, and in which order rows are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import xxhash

SIDES = ("train", "eval", "test")


def share(seed: int, key: str) -> float:
    """Return a number in [0, 1) that only `seed` and `key` decide, on every machine."""
    return xxhash.xxh3_64_intdigest(key.encode(), seed & (2**64 - 1)) / 2**64


def side(seed: int, group: str, shares: Mapping[str, float]) -> str:
    """Return the side of a whole group: train, eval and test in proportion to `shares`."""
    at, total = share(seed, group) * sum(shares.values()), 0.0
    for name in SIDES:
        total += shares.get(name, 0.0)
        if at < total:
            return name
    return next(name for name in reversed(SIDES) if shares.get(name))


def shuffled(seed: int, positions: Sequence[int], ids: Iterable[str]) -> list[int]:
    """Return the positions in an order that only the seed and the ids decide."""
    keys = [xxhash.xxh3_64_intdigest(i.encode(), seed & (2**64 - 1)) for i in ids]
    return [p for _, p in sorted(zip(keys, positions, strict=True))]
