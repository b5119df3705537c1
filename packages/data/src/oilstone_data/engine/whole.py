"""Global stages: each sees all rows that are left, in the order of the sources."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from pathlib import Path

import orjson

from oilstone_data.books import Books, Entry
from oilstone_data.engine import refusals
from oilstone_data.spill import Spill
from oilstone_data.stage import GlobalStage, Kept, Refusal, Refused, Row
from oilstone_schemas.disk import replacing


def apply(name: str, stage: GlobalStage, spill: Spill, books: Books, refused: Path) -> None:
    """Drop what `stage` refuses from `spill`; write it to `refused`, count it in `books`.

    Raises AssertionError when the stage does not answer every row, in order.
    """
    entries: dict[str, Entry] = {}
    kept, total = array("q"), hashlib.sha256()
    with replacing(refused) as temporary, temporary.open("wb") as file:
        for position, outcome in enumerate(_answers(name, stage, spill)):
            row = outcome.row
            entry = entries.setdefault(row["source"], Entry(row["source"], name))
            entry.entered += 1
            if isinstance(outcome, Refused):
                entry.refused[outcome.reason] += 1
                file.write(_line(name, outcome))
            else:
                kept.append(position)
                total.update(f"{row['id']}\n".encode())
    for entry in entries.values():
        entry.made = entry.passed
        books.add(entry)
    books.hashes[name] = total.hexdigest()
    spill.keep(kept)


def _answers(name: str, stage: GlobalStage, spill: Spill) -> Iterator[Kept | Refused]:
    asked, answered = len(spill), 0
    for outcome in stage(spill):
        answered += 1
        yield outcome
    if answered != asked:
        raise AssertionError(f"stage {name} was given {asked} rows and answered {answered}")


def _line(stage: str, outcome: Refused) -> bytes:
    row, refusal = outcome.row, Refusal(outcome.reason, outcome.explanation)
    raw = orjson.dumps(row)
    return refusals.assemble(row["source"], number(row), stage, refusal, row["id"], raw)


def number(row: Row) -> int:
    """Return the number of the source's row that a row was made from: its id is name/number."""
    return int(row["id"].removeprefix(row["source"] + "/").partition("/")[0])
