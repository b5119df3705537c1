"""Is an artifact, and all it was made from, still what it was?"""

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from oilstone_schemas import content, files
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.manifest import NAME, Manifest, parse

_NEAR = 2  # folders below the neighbourhood that is searched when nobody names a search folder
_SKIPPED = {".git", ".venv", ".tox", "node_modules", "__pycache__"}


def integrity(manifest: Manifest) -> Iterator[str]:
    """Yield "path: what is wrong" for every listed file that is not what it was."""
    for entry in manifest.data["files"]:
        path = manifest.folder / entry["path"]
        if not path.is_file() or path.is_symlink():
            yield f"{path}: not what it was: the file is missing"
        elif files.measure(path) != {key: entry[key] for key in ("bytes", "sha256")}:
            yield f"{path}: not what it was: its size or sha256 is not the manifest's"


def verify(folder: Path, *, deep: bool = False, search: Sequence[Path] = ()) -> list[str]:
    """Return what is wrong with an artifact, each problem beginning with a file's path.

    `deep` follows the inputs, found by digest at their path hint or anywhere below the `search`
    folders; without these, near the folder above the artifact and the one above that.
    """
    return list(_Walk(folder, deep, search).artifact(folder))


def locate(manifest: Manifest, item: dict[str, Any], search: Sequence[Path] = ()) -> Manifest:
    """Return an input of `manifest`, one of its `inputs`, found by digest as `verify` finds it.

    Its files are not hashed. Raises OilstoneError, and says where it was looked for.
    """
    walk = _Walk(manifest.folder, True, search)
    found = walk.find(manifest, item)
    if isinstance(found, Manifest):
        return found
    raise OilstoneError("\n".join(found))


class _Walk:
    """One pass over a chain of artifacts; each is looked at once, however often it is an input."""

    def __init__(self, start: Path, deep: bool, search: Sequence[Path]) -> None:
        above = [start.resolve().parent, start.resolve().parent.parent]
        self.roots = list(search) or [root for root in above if root != Path(root.anchor)]
        self.limit = None if search else _NEAR
        self.deep = deep
        self.seen: set[Path] = set()

    def artifact(self, folder: Path) -> Iterator[str]:
        if folder.resolve() in self.seen:
            return
        self.seen.add(folder.resolve())
        try:
            manifest = parse(folder)
        except OilstoneError as error:
            yield str(error)
            return
        yield from _content(manifest)
        for item in manifest.inputs if self.deep else ():
            yield from self._input(manifest, item)

    def _input(self, manifest: Manifest, item: dict[str, Any]) -> Iterator[str]:
        found = self.find(manifest, item)
        yield from self.artifact(found.folder) if isinstance(found, Manifest) else found

    def find(self, manifest: Manifest, item: dict[str, Any]) -> Manifest | list[str]:
        """Return the input, or what to say when it is not to be had."""
        hinted = (manifest.folder.resolve() / item["path"]).resolve()
        broken = []
        for found in chain(_read(hinted), self._around):
            if isinstance(found, str):
                broken.append(found)
            elif (found.digest, found.kind) == (item["digest"], item["kind"]):
                return found
        return [
            *dict.fromkeys(broken),
            f"{manifest.folder / NAME}: its input, {item['kind']} {item['digest']}, is neither at"
            f" {item['path']} nor below {', '.join(map(str, self.roots))};"
            " name a folder that holds it with --search",
        ]

    @cached_property
    def _around(self) -> list[Manifest | str]:
        return [found for root in self.roots for found in _below(root, self.limit)]


def _content(manifest: Manifest) -> Iterator[str]:
    wrong = list(integrity(manifest))
    yield from wrong
    try:
        listed = {entry["path"] for entry in manifest.data["files"]} | {NAME}
        for name in files.names(manifest.folder):
            if name not in listed:
                yield f"{manifest.folder / name}: not in the manifest; move it out of the artifact"
        if not wrong:
            yield from _schemas(manifest)
    except OilstoneError as error:
        yield str(error)


def _schemas(manifest: Manifest) -> Iterator[str]:
    """Check the rows themselves: a seal shows that nothing changed, not that it was ever right."""
    for entry in manifest.data["files"]:
        path, schema = manifest.folder / entry["path"], entry.get("schema")
        if schema is None:
            continue
        if content.check(path, schema) != entry.get("rows", 1):
            yield f"{path}: the manifest says {entry['rows']} rows, the file has another number"
        if files.stable(path, schema).get("stable_sha256") != entry.get("stable_sha256"):
            yield f"{path}: its rows do not have the stable_sha256 that the manifest says"


def _below(root: Path, limit: int | None) -> Iterator[Manifest | str]:
    for here, folders, _ in os.walk(root.resolve()):
        depth = len(Path(here).relative_to(root.resolve()).parts)
        folders[:] = [] if depth == limit else sorted(set(folders) - _SKIPPED)
        yield from _read(Path(here))


def _read(folder: Path) -> Iterator[Manifest | str]:
    """Yield the manifest of `folder`, or what is wrong with it; nothing when it has none."""
    if (folder / NAME).is_file():
        try:
            yield parse(_short(folder))
        except OilstoneError as error:
            yield str(error)


def _short(folder: Path) -> Path:
    """Name a folder from here where it is below, so that messages read like the command."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder
