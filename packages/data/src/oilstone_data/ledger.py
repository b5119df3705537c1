"""What was worked out or paid for, kept for good: an append-only file of values by content key."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from oilstone_schemas.command import say
from oilstone_schemas.disk import guard


class Ledger:
    """Values by key, one JSON line each; the last value of a key counts.

    A line that a killed writer cut off is skipped, and the next writer begins on a new one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._values: dict[str, Any] = {}
        with guard(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            for key, value in self._lines():
                self._values[key] = value

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def get(self, key: str) -> Any:
        """Return the value of `key`, or None."""
        return self._values.get(key)

    def put(self, values: Mapping[str, Any]) -> None:
        """Append `values`; when this returns they are on the disk, whatever happens next."""
        if not values:
            return
        lines = (orjson.dumps({"key": key, "value": value}) for key, value in values.items())
        with guard(self.path), self.path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            start = b"" if _ends_a_line(self.path) else b"\n"
            file.write(start + b"".join(line + b"\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())
        self._values.update(values)

    def _lines(self) -> Iterator[tuple[str, Any]]:
        if not self.path.is_file():
            return
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                entry = _parsed(line)
                if entry is None:
                    say(f"{self.path}:{number}: a cut-off line, skipped")
                else:
                    yield entry


def _parsed(line: bytes) -> tuple[str, Any] | None:
    try:
        entry = orjson.loads(line)
        return str(entry["key"]), entry["value"]
    except (ValueError, KeyError, TypeError):
        return None


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
