"""Rows of a foreign JSONL file, and what to say of those that are no such thing."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from oilstone_schemas.canonical import loads
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import guard

Row = dict[str, Any]


def rows(path: Path) -> Iterator[tuple[str, Row]]:
    """Yield "file:line" and the row, for every line but empty ones; the last may lack its newline.

    Raises OilstoneError at a line that is no JSON object, and where a compressed file is damaged.
    """
    try:
        with guard(path), gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield f"{path}:{number}", _object(line, f"{path}:{number}")
    except (EOFError, zlib.error) as error:
        raise OilstoneError(
            f"{path}: the compressed file is cut off or damaged ({error}); fetch or make it again"
        ) from error


def _object(line: bytes, where: str) -> Row:
    try:
        row = loads(line)
    except ValueError as error:
        raise OilstoneError(f"{where}: not JSON: {error}") from error
    if not isinstance(row, dict):
        raise OilstoneError(f"{where}: a row is a JSON object, this is {type(row).__name__}")
    return row


def keys(path: Path) -> frozenset[str]:
    """Return the keys of the first row; none of a file that has no row or whose first is broken."""
    try:
        _, row = next(rows(path))
    except (StopIteration, OilstoneError):
        return frozenset()
    return frozenset(row)


def text(row: Row, key: str, where: str) -> str:
    """Return a text of the row. Raises OilstoneError when it has none under that key."""
    value = row.get(key)
    if not isinstance(value, str):
        raise OilstoneError(f"{where}: {key!r} is not a text; it is {value!r:.60}")
    return value


def first(wanted: Iterable[str], there: frozenset[str]) -> str | None:
    """Return the first of `wanted` that is there."""
    return next((key for key in wanted if key in there), None)
