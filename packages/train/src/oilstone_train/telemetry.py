"""telemetry.jsonl: one line per logged step, readable while the training runs."""

import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from oilstone_schemas.disk import replacing

Line = dict[str, Any]


def append(path: Path, line: Line) -> None:
    """Add a line; it is in the file when this returns."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, allow_nan=False) + "\n")


def read(path: Path) -> list[Line]:
    """Return the lines that are whole; a killed process may have left half a one."""
    return [json.loads(text) for text in _whole(path)]


def cut(path: Path, step: int) -> list[Line]:
    """Drop what was logged after `step`, where training goes on; return what is left."""
    kept = [line for line in read(path) if line["step"] <= step]
    write(path, kept)
    return kept


def write(path: Path, lines: Iterable[Line]) -> None:
    """Put lines in the place of a file's; a killed process leaves the old ones or the new ones."""
    with replacing(path) as temporary:
        temporary.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def number(value: float) -> float | None:
    """Return a value as JSON knows it: None for one that is no number."""
    return value if math.isfinite(value) else None


class Tail:
    """Reads a growing telemetry file, from where it stopped reading the last time."""

    def __init__(self, path: Path) -> None:
        self.path, self.seen = path, 0

    def new(self) -> list[Line]:
        """Return the lines that were added since; nothing when the file was cut."""
        lines = list(_whole(self.path))
        fresh, self.seen = lines[self.seen :], len(lines)
        return [json.loads(text) for text in fresh]


def _whole(path: Path) -> Iterator[str]:
    if path.exists():
        *lines, _ = path.read_text(encoding="utf-8").split("\n")
        yield from lines
