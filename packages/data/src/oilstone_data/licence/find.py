"""The licence of a source file: its own header, else the nearest word of the folders above it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from oilstone_data.licence.expression import UNKNOWN, normal
from oilstone_data.licence.texts import licence_of_text

_HEADER = re.compile(r"SPDX-License-Identifier:\s*([^\n\r*]+?)\s*(?:\*/|-->|[\r\n]|$)")
_HEAD = 4096  # characters in which a header stands
_FILE = re.compile(r"(?i)(un)?licen[cs]e|copying")
_LARGEST = 200_000  # bytes of a LICENSE file


class Licences:
    """Licences of the files below `root`; what a folder says is read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = cache(self._look)

    def of(self, path: str, text: str) -> str:
        """SPDX expression for the file at `path`, relative and with slashes; or `unknown`.

        A header in the file decides; else the nearest folder that has LICENSE files (several mean
        a choice between them) or a Cargo.toml or pyproject.toml with a `license`.
        """
        if found := _HEADER.search(text[:_HEAD]):
            return normal(found[1])
        for folder in PurePosixPath(path).parents:
            if licence := self._folder(str(folder)):
                return licence
        return UNKNOWN

    def _look(self, folder: str) -> str | None:
        """What a folder says; UNKNOWN when its LICENSE is none that we know."""
        place = self._root / folder
        files = sorted(file for file in place.iterdir() if _FILE.match(file.name))
        texts = [_read(file) for file in files if file.is_file()]
        names = sorted({name for text in texts if (name := licence_of_text(text))})
        if names:
            return normal(" OR ".join(names))
        stated = next(filter(None, _stated(place)), None)
        return normal(stated) if stated else (UNKNOWN if texts else None)


def _read(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_LARGEST).decode("utf-8", "replace")


def _stated(folder: Path) -> Iterator[str | None]:
    """`license` of the folder's manifests."""
    cargo = _toml(folder / "Cargo.toml")
    yield _text(cargo.get("package", {}).get("license"))
    yield _text(cargo.get("workspace", {}).get("package", {}).get("license"))
    project = _toml(folder / "pyproject.toml")
    yield _text(project.get("project", {}).get("license"))
    yield _text(project.get("tool", {}).get("poetry", {}).get("license"))


def _text(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("text")
    return value if isinstance(value, str) and len(value) < 200 else None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_read(path))
    except (OSError, tomllib.TOMLDecodeError):
        return {}
