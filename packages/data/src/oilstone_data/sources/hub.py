"""Datasets by name through Hugging Face `datasets`: cached (memory-mapped) or streaming.

Both ways give the same rows in the same order: a streamed dataset is read by one process, a cached
one in parts. What is read is named by dataset, config, split and revision; a folder on this disk is
named by the hashes of its files.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from oilstone_data.sources.record import Inventory, Part, Record
from oilstone_schemas.command import MissingTool, OilstoneError

PART = 20_000  # rows
_NAMED = ("dataset", "config", "split", "revision")


def inventory(source: dict[str, Any], hashed: bool = True, cut: bool = True) -> Inventory:
    """Look the dataset up and cut it into parts."""
    size, limit = 1 << 62, source.get("limit") or 1 << 62
    if source.get("use_cache", True):
        size = len(_load(source))
    step, size = (PART if size < 1 << 62 else size), min(size, limit)
    parts = [
        Part(source, source["dataset"], at, min(at + step, size), at + 1)
        for at in range(0, size, step)
    ]
    return Inventory(
        parts, _identity(source) if hashed else "", source.get("revision"), _notes(source)
    )


def records(part: Part) -> Iterator[Record]:
    """Yield the rows of the part."""
    data = _load(part.source)
    if part.source.get("use_cache", True):
        rows: Iterator[Any] = iter(data.select(range(part.start, part.end)))
    else:
        rows = itertools.islice(data, part.start, part.end)
    for number, row in enumerate(rows, part.first):
        yield Record(number, None, dict(row))


def _load(source: dict[str, Any]) -> Any:
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        import datasets
    except ImportError as error:
        raise MissingTool(
            f"source {source['name']}: pip install 'oilstone-data[hf]' for Hugging Face datasets"
        ) from error
    datasets.disable_progress_bars()
    given = {k: source[k] for k in ("revision", "cache_dir", "data_files") if source.get(k)}
    try:
        return datasets.load_dataset(
            source["dataset"],
            source.get("config"),
            split=source["split"],
            streaming=not source.get("use_cache", True),
            **given,
        )
    except (ValueError, OSError, datasets.exceptions.DatasetsError) as error:
        raise OilstoneError(
            f"source {source['name']}: {source['dataset']} cannot be loaded: {error}"
        ) from error


def _identity(source: dict[str, Any]) -> str:
    named: list[Any] = [source.get(key) for key in _NAMED]
    folder = Path(source["dataset"])
    if folder.is_dir():
        named[0] = [
            (path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        ]
    return hashlib.sha256(orjson.dumps(named)).hexdigest()


def _notes(source: dict[str, Any]) -> list[str]:
    pinned = re.fullmatch("[0-9a-f]{40}", source.get("revision") or "")
    if pinned or Path(source["dataset"]).is_dir():
        return []
    return ["no commit is named as `revision`: the same name may hold other rows tomorrow"]
