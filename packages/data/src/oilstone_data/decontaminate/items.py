"""Evaluation items as texts to look for: their parts, with and without comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from oilstone_data.decontaminate.comments import without_comments
from oilstone_data.decontaminate.imports import without_imports

PROGRAMS = ("reference", "completion")
PARTS = ("prompt", "prelude", "reference", "completion", "test_code")


class Item(NamedTuple):
    """One problem of an evaluation set."""

    set: str
    id: str


class Text(NamedTuple):
    """One text of an item, and which part of the item it is.

    `language` is that of a program without comments, which can be found under other names.
    """

    item: Item
    part: str
    text: str
    language: str = ""


def item_texts(name: str, problems: Iterable[Mapping[str, Any]]) -> Iterator[Text]:
    """All texts of the set `name`; rows are problems (problem.v1) or rows of a dataset (row.v1)."""
    for problem in problems:
        item = Item(name, problem["id"])
        seen = set()
        language = problem.get("language", "")
        for part, text in _parts(problem):
            bare = without_comments(text, language)
            for variant in (text, bare, without_imports(bare, language)):
                if variant.strip() and variant not in seen:
                    seen.add(variant)
                    program = part in PROGRAMS and variant == bare
                    yield Text(item, part, variant, language if program else "")


def _parts(problem: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for part in PARTS:
        if problem.get(part):
            yield part, problem[part]
    if problem.get("prelude") and problem.get("reference"):
        yield "reference", problem["prelude"] + problem["reference"]
