"""`oilstone-data filter`: a recipe's local stages alone, over lines that stay as they are."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oilstone_data import recipe
from oilstone_data.books import Books
from oilstone_data.engine import filtered
from oilstone_data.sources.kinds import inventory
from oilstone_schemas.canonical import pretty
from oilstone_schemas.command import OilstoneError, say
from oilstone_schemas.disk import guard, replacing

_FILES = ("kept.jsonl", "refused.jsonl", "books.json")


def filter_rows(
    path: Path,
    out: Path,
    overrides: Sequence[str],
    how: tuple[str, int],
    reasons_only: bool = False,
) -> dict[str, Any]:
    """Write what the recipe's filters keep to `out`/kept.jsonl, in the sources' own words.

    The others go to refused.jsonl with their reasons (`reasons_only`: without the row), the counts
    to books.json, written last. An interrupted run is begun again; what an earlier one made stays
    until this one ends.
    Raises OilstoneError when `out` holds other files.
    """
    settings = recipe.load(path, overrides)
    if not settings.get("sources"):
        raise OilstoneError(f"{path}: names no `sources`; there is nothing to filter")
    if settings.get("secrets") == "scrub":
        raise OilstoneError(
            f"{path}: secrets: filter leaves lines as they are and cannot scrub; build a dataset,"
            " or set secrets=refuse"
        )
    _prepare(out)
    books = Books()
    cut = how != ("local", 1)
    found = [inventory(source, hashed=False, cut=cut) for source in settings["sources"]]
    todo = filtered.tasks(out / ".parts", settings, found, raw=True, reasons_only=reasons_only)
    filtered.run(todo, books, *how)
    books.close()
    (out / "books.json").unlink(missing_ok=True)
    for name in _FILES[:2]:
        _join([task.file(name) for task in todo], out / name)
    shutil.rmtree(out / ".parts")
    made = {"stages": [e.as_json() for e in books.entries.values()], "notes": dict(books.notes)}
    with replacing(out / "books.json") as temporary:
        temporary.write_bytes(pretty(made))
    for line in books.lines():
        say(line)
    return made


def _prepare(out: Path) -> None:
    with guard(out):
        out.mkdir(parents=True, exist_ok=True)
        others = sorted({path.name for path in out.iterdir()} - {*_FILES, ".parts"})
        if others:
            raise OilstoneError(f"{out}: holds other files ({others[0]}); choose another --out")
        shutil.rmtree(out / ".parts", ignore_errors=True)


def _join(paths: Sequence[Path], out: Path) -> None:
    with replacing(out) as temporary:
        if len(paths) == 1:
            paths[0].replace(temporary)
            return
        with temporary.open("wb") as file:
            for path in paths:
                with path.open("rb") as part:
                    shutil.copyfileobj(part, file, 1 << 20)
