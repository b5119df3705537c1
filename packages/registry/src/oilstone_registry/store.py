"""The content-addressed store: copies of what is registered, by digest, verified after copying.

A work folder can be deleted or rebuilt; what the registry speaks of stays.
"""

import shutil
from pathlib import Path

from oilstone_registry.database import locked
from oilstone_schemas import artifact
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import CheckFailed, OilstoneError
from oilstone_schemas.disk import guard, sync

MANIFEST = "manifest.json"
PARTIAL = ".partial"


def keep(store: Path, source: Manifest) -> Path:
    """Copy an artifact into the store, unless it is there, and return the copy's folder.

    Killed at any moment, it leaves at most a hidden partial copy, which the next one removes.
    """
    target = store / source.digest
    with guard(store):
        store.mkdir(parents=True, exist_ok=True)
        with locked(store):
            _sweep(store)
            if not target.exists():
                _copy(source, target)
    require(store, source.digest)
    return target


def require(store: Path, digest: str) -> Path:
    """Return the folder of a stored artifact; raises CheckFailed when it is not what it was."""
    folder = store / digest
    for problem in _wrong(folder, digest):
        raise CheckFailed(
            f"{problem}. The store's copy cannot be used: move {folder} away and register a good"
            " copy again"
        )
    return folder


def _copy(source: Manifest, target: Path) -> None:
    partial = target.with_name(f".{target.name}{PARTIAL}")
    for name in [entry["path"] for entry in source.data["files"]] + [MANIFEST]:
        copied = partial / name
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source.folder / name, copied)
        sync(copied)
    for problem in _wrong(partial, source.digest):
        raise OilstoneError(f"{problem}. {source.folder} changed while it was copied; try again")
    for folder in (partial, *(path for path in partial.rglob("*") if path.is_dir())):
        sync(folder)
    partial.rename(target)
    sync(target.parent)


def _sweep(store: Path) -> None:
    """Remove what killed processes left; under the lock, nobody else is copying."""
    for left in store.glob(f".*{PARTIAL}"):
        shutil.rmtree(left)


def _wrong(folder: Path, digest: str) -> list[str]:
    problems = artifact.verify(folder, deep=False, search=[])
    if not problems and artifact.load(folder).digest != digest:
        return [f"{folder}: holds another artifact than its name says"]
    return problems
