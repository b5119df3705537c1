"""The kinds of source by the name that a recipe calls them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from types import ModuleType

from oilstone_data.sources import folder, hub, jsonl, parquet
from oilstone_data.sources.record import Inventory, Part, Record
from oilstone_data.stage import Row

KINDS: dict[str, ModuleType] = {"jsonl": jsonl, "parquet": parquet, "folder": folder, "hf": hub}


def inventory(source: Row, *, hashed: bool = True, cut: bool = True) -> Inventory:
    """Look at what the source holds. Raises OilstoneError when it is not there.

    Not `hashed`: the sha256 may be empty; not `cut`: all may be one part, where that saves time.
    """
    found: Inventory = KINDS[source["kind"]].inventory(source, hashed, cut)
    return found


def records(part: Part) -> Iterator[Record]:
    """Yield the rows of a part of a source, up to the source's `limit`."""
    found: Iterator[Record] = KINDS[part.source["kind"]].records(part)
    limit = part.source.get("limit")
    return found if limit is None else takewhile(lambda record: record.number <= limit, found)
