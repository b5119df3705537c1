"""JSON Lines, one row at a time, strictly. A name that ends in `.gz` is compressed on the way."""

import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from oilstone_schemas import strict, validate
from oilstone_schemas.canonical import dumps
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import guard, replacing

_AT_A_TIME = 1 << 16  # bytes


def read(path: Path, schema: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows of `path`, each checked against `schema` (such as "row.v1") if one is named.

    Raises OilstoneError with file:line at the first row that is cut off, is not JSON, is not an
    object, holds NaN, a number too large, a key twice or a lone surrogate, or breaks its schema.
    """
    accept = _anything if schema is None else validate.accepts_all(schema)
    number = 0
    for lines in _lines(path):
        rows = strict.objects(lines) if lines[-1].endswith(b"\n") else None
        if rows is not None and accept(rows):
            yield from rows
        else:
            yield from _one_by_one(lines, schema, path, number)
        number += len(lines)
        del rows  # so that the next ones take their place, which is still in the cache


def write(path: Path, rows: Iterable[Mapping[str, Any]], schema: str | None = None) -> int:
    """Stream `rows` into `path`, which appears only when whole; return their number.

    Keys keep their order, so equal rows give equal bytes. Raises OilstoneError with the row's
    number when one breaks `schema` or cannot be strict JSON.
    """
    count = 0
    with replacing(path) as temporary, _writer(temporary, zipped(path)) as file:
        for count, row in enumerate(rows, start=1):
            file.write(_line(row, schema, f"{path}: row {count}"))
    return count


def zipped(path: Path) -> bool:
    """Tell whether a file of this name is gzip-compressed."""
    return path.suffix == ".gz"


def _lines(path: Path) -> Iterator[list[bytes]]:
    """Yield the lines of a file, some at a time."""
    number = 0
    with guard(path):
        try:
            with gzip.open(path) if zipped(path) else path.open("rb", _AT_A_TIME) as file:
                while lines := file.readlines(_AT_A_TIME):
                    yield lines
                    number += len(lines)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise OilstoneError(
                f"{path}:{number + 1}: the compressed file is cut off or damaged, here or below"
                f" ({error}); fetch or make it again"
            ) from error


def _one_by_one(
    lines: Sequence[bytes], schema: str | None, path: Path, before: int
) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, start=before + 1):
        where = f"{path}:{number}"
        row = _parse(line, where)
        if schema is not None:
            validate.check(row, schema, where)
        yield row


def _anything(_: Any) -> bool:
    return True


def _parse(line: bytes, where: str) -> dict[str, Any]:
    if not line.endswith(b"\n"):
        raise OilstoneError(
            f"{where}: the last line is cut off (no newline at its end);"
            " fetch or make the file again"
        )
    try:
        row = strict.parse(line)
    except ValueError as error:
        raise OilstoneError(f"{where}: not strict JSON: {error}") from error
    if not isinstance(row, dict):
        raise OilstoneError(f"{where}: a row is a JSON object, this is {type(row).__name__}")
    return row


def _line(row: Mapping[str, Any], schema: str | None, where: str) -> bytes:
    try:
        line = dumps(row)
        strict.refuse_surrogates(line, row)
    except (TypeError, ValueError) as error:
        raise OilstoneError(f"{where}: cannot be written as JSON: {error}") from error
    # What is read back is checked, not what Python makes of it: a tuple is a list by then.
    if schema is not None and not validate.accepts(schema)(value := strict.parse(line)):
        validate.check(value, schema, where)
    return line + b"\n"


@contextmanager
def _writer(path: Path, compress: bool) -> Iterator[IO[bytes]]:
    with path.open("wb") as raw:
        if not compress:
            yield raw
            return
        # No name and no time in the header: the same rows give the same bytes.
        packed = gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0)
        with packed, io.BufferedWriter(packed) as file:
            yield file
