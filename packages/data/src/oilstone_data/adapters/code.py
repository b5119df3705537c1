"""Source files, and rows whose columns the recipe names itself."""

from __future__ import annotations

from functools import cache
from typing import Any

from oilstone_data.adapters.item import Item, lacking
from oilstone_data.stage import Refusal

_KEPT = ("id", "prompt", "path", "repository", "licence", "domain", "difficulty")


def rust_clean(row: dict[str, Any], source: dict[str, Any]) -> Item | Refusal:
    """the-stack-rust-clean: hexsha, size, content, some statistics; there is no path column."""
    content = row.get("content")
    if type(content) is str and content and not content.isspace():
        return {"solutions": [content]}
    return lacking(row, "content") or {"solutions": [content]}


def files(row: dict[str, Any], source: dict[str, Any]) -> Item | Refusal:
    """The rows of a folder: `content` and `path`, and `licence` where it was looked for."""
    if refusal := lacking(row, "content"):
        return refusal
    return {"solutions": [row["content"]], "path": row.get("path"), "licence": row.get("licence")}


def plain(row: dict[str, Any], source: dict[str, Any]) -> Item | Refusal:
    """Any rows: `columns` of the recipe tells which of them is prompt, completion, path, ..."""
    own = source.get("columns", {})
    answer = own.get("completion", "completion")
    if refusal := lacking(row, answer):
        return refusal
    if "prompt" in own and (refusal := lacking(row, own["prompt"])):
        return refusal
    item: Item = {"solutions": [row[answer]]}
    keys = _keys(tuple(own.items()))
    for column, value in row.items():
        if column in keys and value is not None and value != "":
            item[keys[column]] = value if type(value) is str else str(value)
    return item


@cache
def _keys(own: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Which key of an item a column holds, by the column's name."""
    columns = {**{key: key for key in _KEPT}, **dict(own)}
    columns.pop("completion", None)
    keys = {column: key for key, column in columns.items()}
    return {column: "problem_id" if key == "id" else key for column, key in keys.items()}
