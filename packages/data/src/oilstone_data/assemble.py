"""The files of a dataset out of everything that a recipe names."""

from __future__ import annotations

import shutil
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import orjson

from oilstone_data import drawn
from oilstone_data.books import Books
from oilstone_data.engine import filtered, global_stages, whole
from oilstone_data.groups import Groups
from oilstone_data.sides import SIDES, shuffled, side
from oilstone_data.sources.record import Inventory
from oilstone_data.spill import Spill
from oilstone_data.stage import Row
from oilstone_schemas import validate
from oilstone_schemas.canonical import dumps
from oilstone_schemas.disk import replacing

Settings = dict[str, Any]
PARTS = "parts"  # folder inside the unfinished artifact; gone when it is whole
_SHARES = {"train": 0.8, "eval": 0.1, "test": 0.1}


def write(
    stage: Path, settings: Settings, found: Sequence[Inventory], books: Books, how: tuple[str, int]
) -> dict[str, int]:
    """Write train, eval, test and refused into `stage`; return how many rows went into each.

    `how`: engine and number of workers. Parts that an earlier run left whole are not run again.
    """
    todo = filtered.tasks(stage / PARTS, settings, found)
    filtered.run(todo, books, *how)
    refused = [task.file("refused.jsonl") for task in todo]
    spill = Spill([task.file("kept.jsonl") for task in todo])
    groups = Groups()
    for name, all_rows in global_stages.stages(settings, stage / PARTS):
        refused.append(stage / PARTS / f"{name}.refused.jsonl")
        whole.apply(name, all_rows, spill, books, refused[-1])
        for one, other in sorted(getattr(all_rows, "links", ())):
            groups.join(one, other)
    placed = _placed(settings, spill, groups)
    lines = {name: _rows(spill, placed[name], name, groups) for name in placed}
    counts = _sides(stage, settings, lines, books, refused)
    first: dict[str, int] = {}
    for entry in books.entries.values():
        first.setdefault(entry.source, entry.entered)
    return {"read": sum(first.values()), **counts}


def _sides(
    stage: Path,
    settings: Settings,
    read: Mapping[str, Iterator[bytes]],
    books: Books,
    refused: Sequence[Path],
) -> dict[str, int]:
    ledger, counts = drawn.Ledger(), {}
    world = drawn.sides(settings["world"], settings["seed"], ledger) if "world" in settings else {}
    for name in ("test", "eval", "train"):  # the world draws its rows in this order
        lines = chain(_checked(world.get(name, ()), "row.v1"), read[name])
        counts[name] = _lines(stage / f"{name}.jsonl", lines)
    if world:
        ledger.enter(books)
    joined = chain(_checked(ledger.refused, "refused.v1"), _joined(refused))
    counts["refused"] = _lines(stage / "refused.jsonl", joined)
    return counts


def _placed(settings: Settings, spill: Spill, groups: Groups) -> dict[str, array[int]]:
    """Positions of the rows of each side, in the order in which they are written."""
    places = {name: array("q") for name in SIDES}
    ids: dict[str, list[str]] = {name: [] for name in places}
    shuffle = settings.get("shuffle_seed")
    for position, row in enumerate(spill):
        name = side(settings["seed"], groups.name(row["group"]), settings.get("split", _SHARES))
        places[name].append(position)
        if shuffle is not None:
            ids[name].append(row["id"])
    if shuffle is None:
        return places
    return {name: array("q", shuffled(shuffle, at, ids[name])) for name, at in places.items()}


def _rows(spill: Spill, order: Iterable[int], name: str, groups: Groups) -> Iterator[bytes]:
    for line in spill.lines(order):
        row = orjson.loads(line)
        row["group"] = groups.name(row["group"])
        if name == "test":
            row["slice"] = "group"
        yield orjson.dumps(row) + b"\n"


def _checked(rows: Iterable[Row], schema: str) -> Iterator[bytes]:
    for number, row in enumerate(rows, 1):
        validate.check(row, schema, f"row {number}")
        yield dumps(row) + b"\n"


def _joined(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        with path.open("rb") as file:
            yield from file


def _lines(path: Path, lines: Iterable[bytes]) -> int:
    count = 0
    with replacing(path) as temporary, temporary.open("wb", 1 << 20) as file:
        for line in lines:
            file.write(line)
            count += 1
    return count


def clear(stage: Path) -> None:
    """Remove what only an unfinished artifact needs."""
    # Books first: a part without them is run again, one whose rows alone are gone would be missed.
    for books in (stage / PARTS).glob("*.books.json"):
        books.unlink()
    shutil.rmtree(stage / PARTS, ignore_errors=True)
