"""Parquet files, read in row groups."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from oilstone_data.sources.record import Inventory, Part, Record
from oilstone_schemas.command import MissingTool, OilstoneError

_BATCH = 1000


def inventory(source: dict[str, Any], hashed: bool = True, cut: bool = True) -> Inventory:
    """Hash the file; each row group is a part."""
    path = Path(source["path"])
    if not path.is_file():
        raise OilstoneError(f"{path}: no such file (source {source['name']})")
    meta = _open(path).metadata
    rows = [meta.row_group(i).num_rows for i in range(meta.num_row_groups)]
    parts = [Part(source, str(path), i, i + 1, 1 + sum(rows[:i])) for i in range(len(rows))]
    if not hashed:
        return Inventory(parts, "")
    with path.open("rb") as file:
        return Inventory(parts, hashlib.file_digest(file, "sha256").hexdigest())


def records(part: Part) -> Iterator[Record]:
    """Yield the rows of one row group."""
    batches = _open(Path(part.path)).iter_batches(_BATCH, row_groups=[part.start])
    rows = (row for batch in batches for row in batch.to_pylist())
    for number, row in enumerate(rows, part.first):
        yield Record(number, None, row)


def _open(path: Path) -> Any:
    try:
        from pyarrow import parquet  # type: ignore[import-untyped]  # it ships no types
    except ImportError as error:
        raise MissingTool("Parquet needs pyarrow: pip install 'oilstone-data[parquet]'") from error
    try:
        return parquet.ParquetFile(path)
    except (OSError, ValueError) as error:
        raise OilstoneError(f"{path}: not a Parquet file: {error}") from error
