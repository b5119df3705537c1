"""Folders of source files: one row per file, with its path inside the folder."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from oilstone_data.sources import lines
from oilstone_data.sources.record import Inventory, Part, Record
from oilstone_data.sources.strict import shown
from oilstone_data.stage import Refusal
from oilstone_schemas.command import OilstoneError

PART = 500  # files
DETECT = "detect"  # a source's licence: that of each file
SUFFIXES = {
    "rust": (".rs",),
    "python": (".py",),
    "shell": (".sh", ".bash"),
}


def inventory(source: dict[str, Any], hashed: bool = True, cut: bool = True) -> Inventory:
    """Hash every file that counts, sorted by path; some hundred of them are a part."""
    names = _names(source)
    total = hashlib.sha256()
    for name in names if hashed else ():
        content = hashlib.sha256(_bytes(source, name)).hexdigest()
        total.update(f"{name}\0{content}\n".encode("utf-8", "surrogateescape"))
    parts = [
        Part(source, source["path"], at, min(at + PART, len(names)), at + 1)
        for at in range(0, len(names), PART)
    ]
    return Inventory(parts, total.hexdigest())


def records(part: Part) -> Iterator[Record]:
    """Yield the files of the part as `{"content", "path"}`, with `licence` where asked for."""
    names = _names(part.source)[part.start : part.end]
    licence_of = _licences(part.source)
    for number, name in enumerate(names, part.first):
        record = _record(number, name, _bytes(part.source, name), part.source)
        if licence_of is not None and record.value is not None:
            record.value["licence"] = licence_of(name, record.value["content"])
        yield record


def _licences(source: dict[str, Any]) -> Callable[[str, str], str] | None:
    if source["licence"] != DETECT:
        return None
    from oilstone_data.licence import Licences

    return Licences(Path(source["path"])).of


def _record(number: int, name: str, content: bytes, source: dict[str, Any]) -> Record:
    longest = source.get("max_line_bytes", lines.LONGEST)
    shown_name = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    if len(content) > longest:
        return Record(
            number,
            shown_name.encode(),
            None,
            Refusal("too_big", f"{shown_name}: {len(content)} bytes"),
        )
    try:
        row = {"content": content.decode(), "path": shown_name}
    except UnicodeDecodeError as error:
        text = f"{shown_name}: {shown(content)}".encode()
        return Record(number, text, None, Refusal("bad_utf8", f"{shown_name}: not UTF-8: {error}"))
    if "\0" in row["content"]:
        return Record(number, shown_name.encode(), None, Refusal("nul", f"{shown_name}: holds NUL"))
    return Record(number, None, row)


def _names(source: dict[str, Any]) -> list[str]:
    """Paths of the files inside the folder, forward slashes, sorted; no links, no pipes."""
    root = Path(source["path"])
    if not root.is_dir():
        raise OilstoneError(f"{root}: no such folder (source {source['name']})")
    suffixes = tuple(source.get("suffixes") or SUFFIXES.get(source["language"], ("",)))
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name != ".git")
        inside = Path(folder).relative_to(root)
        found += [
            (inside / name).as_posix()
            for name in files
            if name.endswith(suffixes) and stat.S_ISREG(Path(folder, name).lstat().st_mode)
        ]
    return sorted(found)


def _bytes(source: dict[str, Any], name: str) -> bytes:
    return Path(source["path"], name).read_bytes()
