"""`oilstone-data stats`: a dataset in tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from oilstone_data.books import Books, Entry
from oilstone_schemas import artifact

SIDES = ("train", "eval", "test")
_BY = ("source", "language", "licence", "style", "domain")
_QUANTILES = (0, 50, 90, 99, 100)  # percent


def stats(dataset: Path) -> dict[str, Any]:
    """Return counts, books and distributions of a dataset; "message" is them as tables."""
    manifest = artifact.load(dataset, "dataset")
    details = manifest.data["details"]
    sides = {side: _side(dataset / f"{side}.jsonl") for side in SIDES}
    made = {
        "counts": manifest.counts,
        "sides": sides,
        "stages": details.get("stages", []),
        "notes": details.get("notes", {}),
        "sources": details.get("sources", []),
    }
    return {**made, "message": "\n".join(_tables(made))}


def _side(path: Path) -> dict[str, Any]:
    counts: dict[str, Counter[str]] = {key: Counter() for key in _BY}
    lengths: Counter[int] = Counter()
    groups, documented = set(), 0
    with path.open("rb") as file:
        for line in file:
            row = orjson.loads(line)
            for key in _BY:
                counts[key][str(row.get(key, "none"))] += 1
            lengths[len(row["completion"])] += 1
            groups.add(hash(row["group"]))
            documented += row["quality"]["documented"]
    return {
        "rows": lengths.total(),
        "groups": len(groups),
        "documented": documented,
        "completion_characters": _quantiles(lengths),
        **{key: dict(found.most_common()) for key, found in counts.items()},
    }


def _quantiles(values: Counter[int]) -> dict[str, int]:
    """Return the smallest length that so many percent of the rows do not exceed."""
    total, below, found = values.total(), 0, {}
    wanted = list(_QUANTILES) if total else []
    for value in sorted(values):
        below += values[value]
        while wanted and below * 100 >= wanted[0] * total:
            found[f"p{wanted.pop(0)}"] = value
    return found


def _tables(made: dict[str, Any]) -> Iterable[str]:
    yield from (
        f"{side}: {found['rows']} rows, {found['groups']} groups, {found['documented']} documented"
        for side, found in made["sides"].items()
    )
    books = Books()
    for entry in made["stages"]:
        books.add(Entry.of(entry))
    yield from books.lines()
    for key in (*_BY, "completion_characters"):
        for side, found in made["sides"].items():
            values = ", ".join(f"{name} {n}" for name, n in found[key].items())
            if values:
                yield f"{key} ({side}): {values}"
    yield from (f"note: {n} x {text}" for text, n in made["notes"].items())
