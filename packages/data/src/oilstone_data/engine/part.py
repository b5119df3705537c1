"""One part of one source through all local stages: the only function that engines run."""

from __future__ import annotations

import gc
import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from oilstone_data.adapters.item import Item
from oilstone_data.adapters.known import ADAPTERS
from oilstone_data.books import Entry
from oilstone_data.engine import framed, local, refusals
from oilstone_data.rows import bare, rows
from oilstone_data.sources.record import Part, Record
from oilstone_data.stage import Refusal, Row
from oilstone_schemas.disk import explain, replacing

_BUFFER = 1 << 17  # bytes: what is written soon after it was read is still in the processor's cache


@dataclass(frozen=True)
class Task:
    """What a worker is sent.

    `raw` keeps the source's own lines instead of making rows of them; `reasons_only` leaves out of
    refused.jsonl what was refused.
    """

    index: int
    part: Part
    settings: dict[str, Any]
    folder: str
    raw: bool = False
    reasons_only: bool = False

    def file(self, name: str) -> Path:
        """Return where the part's `kept`, `refused` or `books` go."""
        return Path(self.folder, f"{self.index:06}.{name}")

    def writing(self, name: str) -> AbstractContextManager[Path]:
        """Yield where to write a file: only what a killed run goes on from must reach the disk."""
        return _plain(self.file(name)) if self.raw else replacing(self.file(name))


def run(task: Task) -> int:
    """Run the part unless it was run before; return its index.

    Its books are written last: where they stand, the part is whole.
    """
    books = task.file("books.json")
    if not books.exists():
        with (
            _no_collection(),
            task.writing("kept.jsonl") as kept,
            task.writing("refused.jsonl") as refused,
            kept.open("wb", _BUFFER) as kept_file,
            refused.open("wb", _BUFFER) as refused_file,
        ):
            found = _Run(task, kept_file, refused_file).whole()
        with task.writing("books.json") as temporary:
            temporary.write_bytes(orjson.dumps(found))
    return task.index


@contextmanager
def _plain(path: Path) -> Iterator[Path]:
    try:
        yield path
    except OSError as error:
        raise explain(error, None if error.filename else path) from error


@contextmanager
def _no_collection() -> Iterator[None]:
    """Rows hold no cycles, and looking for some takes a seventh of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Run:
    """The loop over the records of a part, and its counts."""

    def __init__(self, task: Task, kept: IO[bytes], refused: IO[bytes]) -> None:
        self._task, self._kept, self._refused = task, kept, refused
        self._source = task.part.source
        self._name: str = self._source["name"]
        self._adapt = ADAPTERS[self._source["adapter"]]
        self._stages = local.stages({"sources": [], **task.settings})
        self._reasons: dict[str, Counter[str]] = {
            stage: Counter() for stage in ("read", "adapt", *(name for name, _ in self._stages))
        }
        self._read = self._made = 0
        self._digest = hashlib.sha256()

    def whole(self) -> dict[str, Any]:
        """Run all records; return the books of the part."""
        for record in framed.records(self._task.part):
            self._read += 1
            if record.value is None:
                self._refuse("read", record, record.refusal or Refusal("unreadable", "no row"))
            else:
                self._through(record, self._adapted(record.value))
        return {
            "entries": [entry.as_json() for entry in self._entries()],
            "notes": self._notes(),
            "kept_sha256": self._digest.hexdigest(),
        }

    def _adapted(self, value: Row) -> Item | Refusal:
        item = self._adapt(value, self._source)
        if isinstance(item, Refusal):
            return item
        item["solutions"] = solutions = [one for one in item["solutions"] if _written(one)]
        if not solutions:
            return Refusal("no_solution", f"no solution in {self._source['language']}")
        return item

    def _through(self, record: Record, item: Item | Refusal) -> None:
        if isinstance(item, Refusal):
            self._refuse("adapt", record, item)
        elif self._task.raw:
            self._line(record, bare(item, self._source, record.number))
        else:
            for row in rows(item, self._source, record.number):
                self._row(record, row)

    def _line(self, record: Record, solutions: list[Row]) -> None:
        """Keep the line, once, if one of its solutions passes; else say what stopped the best."""
        self._made += 1
        stage, refusal = -1, None
        for row in solutions:
            at, outcome = self._judged(row)
            if type(outcome) is not Refusal:
                self._kept.write(record.raw or orjson.dumps(record.value) + b"\n")
                return
            if at > stage:
                stage, refusal = at, outcome
        if refusal is not None:
            self._refuse(self._stages[stage][0], record, refusal)

    def _row(self, record: Record, row: Row) -> None:
        self._made += 1
        at, outcome = self._judged(row)
        if type(outcome) is Refusal:
            self._refuse(self._stages[at][0], record, outcome, row["id"])
            return
        line = orjson.dumps(outcome)
        self._digest.update(line)
        self._kept.write(line)
        self._kept.write(b"\n")

    def _judged(self, row: Row) -> tuple[int, Row | Refusal]:
        """Return how many stages the row passed, and what the last of them made of it."""
        for at, (_, stage) in enumerate(self._stages):
            outcome = stage(row)
            if type(outcome) is Refusal:
                return at, outcome
            if outcome is not None:
                row = outcome  # type: ignore[assignment]
        return len(self._stages), row

    def _refuse(self, stage: str, record: Record, why: Refusal, row: str | None = None) -> None:
        self._reasons[stage][why.reason] += 1
        raw = b"null" if self._task.reasons_only else self._shown(record)
        line = refusals.assemble(self._name, record.number, stage, why, row, raw)
        self._refused.write(line)

    def _shown(self, record: Record) -> bytes:
        """What of a refused row is kept: its secrets are not, where a recipe looks for some."""
        raw = refusals.raw(record)
        if self._task.settings.get("secrets", "off") == "off":
            return raw
        from oilstone_data.secrets import scrub_json

        return scrub_json(raw)

    def _entries(self) -> Iterator[Entry]:
        entered = self._read
        for stage, reasons in self._reasons.items():
            passed = entered - reasons.total()
            made = self._made if stage == "adapt" else passed
            yield Entry(self._name, stage, entered, reasons, made)
            entered = made

    def _notes(self) -> dict[str, int]:
        notes: Counter[str] = Counter()
        for _, stage in self._stages:
            notes.update(getattr(stage, "notes", {}))
        return dict(sorted(notes.items()))


def _written(solution: object) -> bool:
    return isinstance(solution, str) and bool(solution) and not solution.isspace()
