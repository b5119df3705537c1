"""Evaluation items as texts to look for: their parts, with and without comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from oilstone_data.decontaminate.comments import without_comments

PARTS = ("prompt", "prelude", "reference", "completion", "test_code")


class Item(NamedTuple):
    """One problem of an evaluation set."""

    set: str
    id: str


class Text(NamedTuple):
    """One text of an item, and which part of the item it is."""

    item: Item
    part: str
    text: str


def item_texts(name: str, problems: Iterable[Mapping[str, Any]]) -> Iterator[Text]:
    """All texts of the set `name`; rows are problems (problem.v1) or rows of a dataset (row.v1)."""
    for problem in problems:
        item = Item(name, problem["id"])
        seen = set()
        for part, text in _parts(problem):
            for variant in (text, without_comments(text, problem.get("language", ""))):
                if variant.strip() and variant not in seen:
                    seen.add(variant)
                    yield Text(item, part, variant)


def _parts(problem: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for part in PARTS:
        if problem.get(part):
            yield part, problem[part]
    if problem.get("prelude") and problem.get("reference"):
        yield "reference", problem["prelude"] + problem["reference"]
