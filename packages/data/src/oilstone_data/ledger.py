"""What was worked out or paid for, kept for good: an append-only file of values by content key."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from oilstone_schemas.command import say
from oilstone_schemas.disk import guard


class Ledger:
    """Values by key, one JSON line each; the last value of a key counts.

    In memory are keys and places alone. A line that a killed writer cut off is skipped, and the
    next writer begins on a new one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._places: dict[bytes, int] = {}
        with guard(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            for key, place in self._found():
                self._places[_short(key)] = place

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, key: str) -> bool:
        return _short(key) in self._places

    def get(self, key: str) -> Any:
        """Return the value of `key`, or None."""
        place = self._places.get(_short(key))
        if place is None:
            return None
        with guard(self.path), self.path.open("rb") as file:
            file.seek(place)
            return orjson.loads(file.readline())["value"]

    def put(self, values: Mapping[str, Any]) -> None:
        """Append `values`; when this returns they are on the disk, whatever happens next."""
        if not values:
            return
        with guard(self.path), self.path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            place = file.seek(0, os.SEEK_END)
            if not _ends_a_line(self.path):
                place += file.write(b"\n")
            for key, value in values.items():
                self._places[_short(key)] = place
                place += file.write(orjson.dumps({"key": key, "value": value}) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _found(self) -> Iterator[tuple[str, int]]:
        if not self.path.is_file():
            return
        place = 0
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                key = _parsed(line)
                if key is None:
                    say(f"{self.path}:{number}: a cut-off line, skipped")
                else:
                    yield key, place
                place += len(line)


def _short(key: str) -> bytes:
    return hashlib.blake2b(key.encode(), digest_size=16).digest()


def _parsed(line: bytes) -> str | None:
    try:
        entry = orjson.loads(line)
        return str(entry["key"]) if "value" in entry else None
    except (ValueError, KeyError, TypeError):
        return None


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
