"""Rows and problems out of what an adapter made of a source's row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from oilstone_data.adapters.item import Item
from oilstone_data.stage import Row

# How a problem is judged, and what is known about it: the same keys in row.v1 and problem.v1.
JUDGING = (
    "checker", "entry_point", "test_code", "prelude", "module_name", "answer", "compare",
    "tolerance", "fixture",
)  # fmt: skip
_KNOWN = ("path", "repository", "problem_id", "domain", "difficulty", "tags")
_UNMEASURED = {"idiomatic": 0, "low_quality": 0, "documented": False}
_COPIED = frozenset((*_KNOWN, *JUDGING))


def rows(item: Item, source: dict[str, Any], number: int) -> Iterator[Row]:
    """Yield one row per solution, at most the source's `max_solutions`; ids are name/number/k."""
    name = source["name"]
    for k, solution in enumerate(item["solutions"][: source["max_solutions"]]):
        identity = f"{name}/{number}/{k}" if k else f"{name}/{number}"
        row: Row = {
            "id": identity,
            "group": item.get("problem_id") or item.get("repository") or identity,
            "family": item.get("domain") or name,
            "slice": "train",
            "style": "plain",
            "language": source["language"],
            "prompt": item.get("prompt") or source["prompt"],
            "completion": solution,
            "tests": item["tests"][: source["max_tests"]] if "tests" in item else [],
            "quality": _UNMEASURED,
            "licence": item.get("licence") or source["licence"],
            "source": name,
        }
        for key, value in item.items():
            if value and key in _COPIED:
                row[key] = value
        yield row


def bare(item: Item, source: dict[str, Any], number: int) -> list[Row]:
    """Return what `rows` yields, with no more in a row than local stages look at."""
    known: Row = {
        "id": None,
        "language": source["language"],
        "prompt": item.get("prompt") or source["prompt"],
        "licence": item.get("licence") or source["licence"],
    }
    for key in item:
        if key in _COPIED:
            known[key] = item[key]
    return [{**known, "completion": one} for one in item["solutions"][: source["max_solutions"]]]


def problem(item: Item, source: dict[str, Any], number: int) -> Row:
    """Return the problem, with its first solution as reference."""
    made: Row = {
        "id": item.get("problem_id") or f"{source['name']}/{number}",
        "language": source["language"],
        "prompt": item["prompt"],
        "tests": item.get("tests", [])[: source["max_tests"]],
        "reference": next(iter(item["solutions"]), None),
        "domain": item.get("domain") or next(iter(item.get("tags") or []), source["name"]),
        "difficulty": item.get("difficulty"),
        "licence": item.get("licence") or source["licence"],
        "source": source["name"],
        "slice": source.get("slice", source["name"]),
    }
    made.update({key: item[key] for key in JUDGING if item.get(key)})
    return made
