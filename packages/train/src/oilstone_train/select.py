"""Which rows of a dataset a recipe trains on, and how many fall away for which reason."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Selection:
    """The rows that are trained on, in their order, and where each of those that were read went."""

    rows: list[Row]
    counts: dict[str, int]


REASONS = ("other_style", "undocumented", "unidiomatic", "weighed_away", "over_max")


def select(rows: Iterable[Row], wanted: Mapping[str, Any], seed: int) -> Selection:
    """Apply a recipe's `rows` block; the same rows and seed give the same selection."""
    kept: list[Row] = []
    books = Counter(dict.fromkeys(REASONS, 0))
    for row in rows:
        reason = refusal(row, wanted) or (None if drawn(row, wanted, seed) else "weighed_away")
        if reason is None:
            kept.append(row)
        else:
            books[reason] += 1
    chosen = sample(kept, wanted["max_rows"], seed)
    books["over_max"] = len(kept) - len(chosen)
    return Selection(chosen, {"selected": len(chosen), **books})


def refusal(row: Row, wanted: Mapping[str, Any]) -> str | None:
    """Return why a row is not what the recipe asks for, if so; the first reason counts."""
    if wanted["styles"] is not None and row["style"] not in wanted["styles"]:
        return "other_style"
    if wanted["documented"] and not row["quality"]["documented"]:
        return "undocumented"
    if wanted["idiomatic"] and not row["quality"]["idiomatic"]:
        return "unidiomatic"
    return None


def weight(quality: Mapping[str, Any], ratio: float | None) -> float:
    """Return min(1, idiomatic / (ratio * low_quality)); 1 without a ratio or low quality.

    What a hard filter would drop outright is only made rarer, in proportion to what it lacks.
    """
    if ratio is None or not quality["low_quality"]:
        return 1.0
    return float(min(1.0, quality["idiomatic"] / (ratio * quality["low_quality"])))


def drawn(row: Row, wanted: Mapping[str, Any], seed: int) -> bool:
    """Keep a row with the probability that is its weight, decided by a hash of seed and id."""
    share = weight(row["quality"], wanted["idiomatic_quality_ratio"])
    return lot(row, f"{seed}/weight") < share


def sample(rows: list[Row], most: int | None, seed: int) -> list[Row]:
    """Return `most` of the rows, drawn by a hash of seed and id, in their order."""
    if most is None or len(rows) <= most:
        return rows
    last = sorted(lot(row, f"{seed}/sample") for row in rows)[most - 1]
    return [row for row in rows if lot(row, f"{seed}/sample") <= last]


def lot(row: Row, salt: str) -> float:
    """Return a number in [0, 1) that is the row's own."""
    first = hashlib.sha256(f"{salt}\n{row['id']}".encode()).digest()[:8]
    return int.from_bytes(first) / 2**64
