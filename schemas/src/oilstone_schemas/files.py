"""One file of an artifact: its entry in the manifest."""

import gzip
import hashlib
import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from oilstone_schemas import content, jsonl, validate
from oilstone_schemas.canonical import canonical
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import sync

_CHUNK = 1 << 20


def names(folder: Path) -> list[str]:
    """Return the paths of all files below `folder`, relative, with forward slashes, sorted.

    Raises OilstoneError at a link or a socket: an artifact can be moved, tarred and uploaded.
    """
    found = []
    for root, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(root, name)
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise OilstoneError(f"{path}: an artifact holds plain files; put a copy there")
        found += [Path(root, name).relative_to(folder).as_posix() for name in files]
    return sorted(found)


def entry(folder: Path, name: str, volatile: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the manifest's entry for a file; `volatile` are patterns such as "*.svg"."""
    path = folder / name
    made: dict[str, Any] = {"path": name, **fingerprint(path)}
    if name.removesuffix(".gz").endswith(".jsonl"):
        made["rows"] = _rows(path)
    if any(fnmatchcase(name, pattern) for pattern in volatile):
        return {**made, "volatile": True}
    schema = content.schema_of(name)
    if schema is not None:
        made["schema"] = schema
        made |= stable(path, schema)
    return made


def fingerprint(path: Path) -> dict[str, Any]:
    """Return the size and hash of a file, once its content is on the disk."""
    sync(path)
    return measure(path)


def measure(path: Path) -> dict[str, Any]:
    """Return the size and hash of a file as it is read now."""
    total, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            total.update(chunk)
            size += len(chunk)
    return {"bytes": size, "sha256": total.hexdigest()}


def stable(path: Path, schema: str) -> dict[str, str]:
    """Return the hash of the rows without their volatile fields, where the schema has such.

    A file of a single instance counts as one row.
    """
    fields = validate.volatile_fields(schema)
    if not fields:
        return {}
    total = hashlib.sha256()
    single = path.suffix == ".json"
    for row in [content.read(path)] if single else jsonl.read(path):
        total.update(canonical({k: v for k, v in row.items() if k not in fields}) + b"\n")
    return {"stable_sha256": total.hexdigest()}


def _rows(path: Path) -> int:
    with gzip.open(path) if jsonl.zipped(path) else path.open("rb") as file:
        return sum(1 for _ in file)
