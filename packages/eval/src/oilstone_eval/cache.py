"""Verdicts that were reached before: append-only files, one for each set of circumstances.

A ruling is found by all that it depends on: the program with its tests, and in the file's name the
limits, the tools, the tier and the source of the judge. A line is written by one call and is whole
or, after a crash of the machine, not valid JSON and passed over; several processes may write.
"""

import hashlib
import os
import threading
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from oilstone_eval.judges import languages
from oilstone_eval.judges.base import Program, Ruling
from oilstone_schemas.canonical import digest, dumps
from oilstone_schemas.command import MissingTool

_HEAD = b'{"key":"'
_KEY = 64


def folder() -> Path:
    """Return where verdicts are kept: $XDG_CACHE_HOME/oilstone/verdicts, else below ~/.cache."""
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(home).expanduser() / "oilstone" / "verdicts"


class Cache:
    """Rulings on programs of one language under one set of circumstances."""

    def __init__(self, folder: Path, language: str, circumstances: Mapping[str, Any]) -> None:
        source = judge_source(languages.family(language))
        name = digest([language, source, dict(circumstances)])[:32]
        self.path = folder / f"{language}.{name}.jsonl"
        self._file: int | None = None
        self._lock = threading.Lock()

    def find(self, programs: Iterable[Program]) -> dict[Program, Ruling]:
        """Return the rulings that are known."""
        wanted = {key(program): program for program in programs}
        found = {}
        for line in self._lines():
            program = wanted.get(line[len(_HEAD) : len(_HEAD) + _KEY].decode("ascii", "replace"))
            if program is not None and (ruling := _parse(line)):
                found[program] = ruling
        return found

    def keep(self, program: Program, ruling: Ruling) -> None:
        """Write a ruling down, unless the judge could not judge: next time it may.

        Raises MissingTool where that is impossible.
        """
        if ruling.status == "unscored":
            return
        row = {
            "key": key(program), "status": ruling.status, "reason": ruling.reason,
            "explanation": ruling.explanation, "checks": dict(ruling.checks),
            "seconds": ruling.seconds,
        }  # fmt: skip
        try:
            with self._lock:
                self._file = _open(self.path) if self._file is None else self._file
            os.write(self._file, dumps(row) + b"\n")
        except OSError as error:
            raise MissingTool(
                f"{self.path.parent}: {error.strerror}. Verdicts are kept there as they are"
                " reached; make room, set XDG_CACHE_HOME to another place, or give --no-cache to"
                " keep them beside --out until all are there"
            ) from error

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _lines(self) -> list[bytes]:
        try:
            return self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []


def key(program: Program) -> str:
    """Return the hash of a program and everything it is judged by, 64 hex digits."""
    return hashlib.sha256(repr(program).encode()).hexdigest()


@cache
def judge_source(family: str) -> str:
    """Return the hash of the source of a judge and of what judges share, the sandbox too."""
    here = Path(__file__).parent
    shared = [*(here / "judges").glob("*.py"), *(here / "sandbox").rglob("*.py")]
    own = [path for path in (here / "judges" / family).rglob("*") if path.suffix != ".pyc"]
    used = [*shared, *own, *(here / "danger").rglob("*.py")]
    total = hashlib.sha256()
    for path in sorted(path for path in used if path.is_file()):
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def _open(path: Path) -> int:
    """Open for appending; a line that a crash cut off gets its end first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    size = os.fstat(file).st_size
    if size and os.pread(file, 1, size - 1) != b"\n":
        os.write(file, b"\n")
    return file


def _parse(line: bytes) -> Ruling | None:
    if not (line.startswith(_HEAD) and line.endswith(b"}")):
        return None
    try:
        row = orjson.loads(line)
        return Ruling(
            row["status"], row["reason"], row["explanation"], row["checks"], row["seconds"]
        )
    except (orjson.JSONDecodeError, KeyError):
        return None
