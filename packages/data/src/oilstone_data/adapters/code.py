"""Source files, and rows whose columns the recipe names itself."""

from __future__ import annotations

from typing import Any

from oilstone_data.adapters.item import Item, lacking, text
from oilstone_data.stage import Refusal

_KEPT = ("path", "repository", "licence", "domain", "difficulty")


def rust_clean(row: dict[str, Any], source: dict[str, Any]) -> Item | Refusal:
    """the-stack-rust-clean: hexsha, size, content, some statistics; there is no path column."""
    return lacking(row, "content") or {"solutions": [row["content"]]}


def files(row: dict[str, Any], source: dict[str, Any]) -> Item | Refusal:
    """The rows of a folder: `content` and `path`."""
    return lacking(row, "content") or {"solutions": [row["content"]], "path": row.get("path")}


def plain(row: dict[str, Any], source: dict[str, Any]) -> Item | Refusal:
    """Any rows: `columns` of the recipe tells which of them is prompt, completion, path, ..."""
    columns = {"prompt": "prompt", "completion": "completion", **source.get("columns", {})}
    if refusal := lacking(row, columns["completion"]):
        return refusal
    item: Item = {"solutions": [row[columns["completion"]]], "prompt": text(row, columns["prompt"])}
    if "prompt" in source.get("columns", {}) and item["prompt"] is None:
        return lacking(row, columns["prompt"]) or item
    for key in _KEPT:
        if (value := text(row, columns.get(key, key))) is not None:
            item[key] = value
    if (identity := row.get(columns.get("id", "id"))) is not None:
        item["problem_id"] = str(identity)
    return item
