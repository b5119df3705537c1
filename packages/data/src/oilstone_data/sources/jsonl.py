"""JSON Lines files of other people: read tolerantly, in parts of some 32 MB."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from oilstone_data.sources import lines, strict
from oilstone_data.sources.record import Inventory, Part, Record
from oilstone_data.stage import Refusal
from oilstone_schemas.command import OilstoneError

PART = 32 << 20
_CHUNK = 1 << 20
_BUFFER = 1 << 18


def inventory(source: dict[str, Any], hashed: bool = True, cut: bool = True) -> Inventory:
    """Hash the file and cut it into parts at line ends. A `.gz` is one part.

    Neither `hashed` nor `cut`: the file is not even read.
    """
    path = Path(source["path"])
    if not path.is_file():
        raise OilstoneError(f"{path}: no such file (source {source['name']})")
    whole = [Part(source, str(path), 0, 1 << 62, 1)]
    if not (hashed or cut):
        return Inventory(whole, "")
    with path.open("rb") as file:
        if path.suffix != ".gz":
            return _plain(source, path, file, hashed)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest() if hashed else ""
        return Inventory(whole, sha256)


def _plain(source: dict[str, Any], path: Path, file: IO[bytes], hashed: bool) -> Inventory:
    total, parts, start, first, offset, seen = hashlib.sha256(), [], 0, 1, 0, 0
    while chunk := file.read(_CHUNK):
        if hashed:
            total.update(chunk)
        cut = chunk.rfind(b"\n") if offset + len(chunk) - start >= PART else -1
        if cut >= 0:
            inside = chunk.count(b"\n", 0, cut + 1)
            parts.append(Part(source, str(path), start, offset + cut + 1, first))
            start, first = offset + cut + 1, first + seen + inside
            seen = -inside
        seen += chunk.count(b"\n")
        offset += len(chunk)
    if offset > start or not parts:
        parts.append(Part(source, str(path), start, offset, first))
    return Inventory(parts, total.hexdigest())


def records(part: Part) -> Iterator[Record]:
    """Yield every line of the part: as an object, or with the reason why it is none.

    Raises OilstoneError when a compressed file is cut off.
    """
    longest = part.source.get("max_line_bytes", lines.LONGEST)
    number = part.first - 1
    with _opened(part.path) as file:
        file.seek(part.start)
        for line in _whole(part, lines.read(file, part.end, longest)):
            number += 1
            value = strict.parse(line, longest)
            if type(value) is dict:
                yield Record(number, line, value)
            else:
                yield Record(number, line, None, cast(Refusal, value))


def _opened(path: str) -> IO[bytes]:
    if path.endswith(".gz"):
        return cast(IO[bytes], gzip.open(path))
    return Path(path).open("rb", _BUFFER)


def _whole(part: Part, read: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from read
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise OilstoneError(
            f"{part.path}: the compressed file is cut off or damaged ({error});"
            " fetch or make it again"
        ) from error
