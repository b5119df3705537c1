"""How well two judges agree beyond chance."""

from collections import Counter
from collections.abc import Hashable, Sequence


def cohen(first: Sequence[Hashable], second: Sequence[Hashable]) -> float | None:
    """Return Cohen's kappa (1960); None without pairs, or when chance alone would always agree."""
    count = len(first)
    if not count:
        return None
    agreed = sum(a == b for a, b in zip(first, second, strict=True)) / count
    ours, theirs = Counter(first), Counter(second)
    by_chance = sum(ours[mark] * theirs[mark] for mark in ours) / count**2
    return None if by_chance == 1 else (agreed - by_chance) / (1 - by_chance)
