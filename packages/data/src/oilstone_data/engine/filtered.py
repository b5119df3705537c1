"""All parts of all sources through the local stages, and their books put together."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from oilstone_data.books import Books, Entry
from oilstone_data.engine import pool
from oilstone_data.engine.part import Task
from oilstone_data.sources.record import Inventory, Part


def tasks(
    folder: Path, settings: dict[str, Any], found: Sequence[Inventory], **how: bool
) -> list[Task]:
    """Return a task for each part; `how`: `raw` and `reasons_only` of a Task."""
    folder.mkdir(exist_ok=True)
    parts = [part for item in found for part in item.parts if _wanted(part)]
    return [Task(i, part, settings, str(folder), **how) for i, part in enumerate(parts)]


def run(todo: Sequence[Task], books: Books, engine: str, workers: int) -> None:
    """Run the tasks that are not done, and enter the counts of all in `books`.

    Their rows are then in each task's kept.jsonl and refused.jsonl.
    """
    pool.run_all(todo, engine, workers)
    total = hashlib.sha256()
    for task in todo:
        made = orjson.loads(task.file("books.json").read_bytes())
        for entry in made["entries"]:
            books.add(Entry.of(entry))
        books.notes.update(made["notes"])
        total.update(made["kept_sha256"].encode())
    if todo:
        books.hashes["filter"] = total.hexdigest()


def _wanted(part: Part) -> bool:
    limit = part.source.get("limit")
    return limit is None or part.first <= limit
