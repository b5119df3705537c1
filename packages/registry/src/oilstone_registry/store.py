"""The content-addressed store: copies of what is registered, by digest, verified when read.

A work folder can be deleted or rebuilt; what the registry speaks of stays. The store is a folder
or any fsspec URL; from a URL, artifacts are read through a folder of local copies.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oilstone_registry.locks import locked
from oilstone_schemas import artifact, canonical
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import CheckFailed, MissingTool, OilstoneError
from oilstone_schemas.disk import guard, sync
from oilstone_schemas.verify import integrity

MANIFEST = "manifest.json"
PARTIAL = ".partial"
CACHE = "OILSTONE_CACHE"


@dataclass(frozen=True)
class Store:
    """A store; `where` is a folder or an fsspec URL."""

    where: str

    @property
    def remote(self) -> bool:
        """Whether it is not a folder of this machine."""
        return "://" in self.where and not self.where.startswith("file://")

    @property
    def folder(self) -> Path:
        """The folder of the copies: the store itself, or the local ones of a remote store."""
        if self.remote:
            return _cache(self.where)
        return Path(self.where.removeprefix("file://"))

    def keep(self, source: Manifest) -> Manifest:
        """Copy an artifact into the store, unless it is there; return the one that is there.

        That one has the same digest, but perhaps another seal: it was made at another time. Killed
        at any moment, it leaves at most a hidden partial copy, which the next one removes. Raises
        OilstoneError when the source changes meanwhile, CheckFailed when the copy that is there is
        not what it was.
        """
        if self.remote and self.holds(source.digest):
            return artifact.load(self.require(source.digest))
        new = place(self.folder, source)
        folder = self.folder / source.digest
        kept = Manifest(folder, source.data) if new else artifact.load(self.require(source.digest))
        if self.remote:
            _upload(self.where, folder)
        return kept

    def require(self, digest: str, seal: str | None = None) -> Path:
        """Return the folder of a stored artifact; raises CheckFailed when it is not what it was."""
        folder = self.folder / digest
        if self.remote and not folder.exists():
            _download(self.where, digest, folder)
        problems = _wrong(folder, digest)
        if not problems and seal not in (None, artifact.load(folder).data["seal"]):
            problems = [f"{folder}/{MANIFEST}: not the manifest that was registered"]
        for problem in problems:
            raise CheckFailed(
                f"{problem}. The store's copy cannot be used: move {folder} away and register a"
                " good copy again"
            )
        return folder

    def holds(self, digest: str) -> bool:
        """Tell whether the artifact is there, whole or not."""
        if self.remote:
            return bool(_filesystem(self.where).exists(f"{self.where}/{digest}/{MANIFEST}"))
        return (self.folder / digest / MANIFEST).is_file()


def place(store: Path, source: Manifest) -> bool:
    """Copy an artifact to `store`/DIGEST, verified, whole or not at all; False if it is there."""
    target = store / source.digest
    with guard(store):
        store.mkdir(parents=True, exist_ok=True)
        if target.exists():
            return False
        with _partial(store) as partial:
            _copy(source, partial)
            return _settle(partial, target)


def _settle(partial: Path, target: Path) -> bool:
    """Give a whole copy its name; False when somebody was faster with the same content."""
    try:
        partial.rename(target)
        new = True
    except OSError:
        if not target.exists():
            raise
        new = False
    sync(target.parent)
    return new


@contextmanager
def _partial(store: Path) -> Iterator[Path]:
    """Yield a hidden folder that is locked as long as its maker lives."""
    with locked(store / ".lock"):
        _sweep(store)
        made = Path(tempfile.mkdtemp(prefix=".", suffix=PARTIAL, dir=store))
        descriptor = os.open(made, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    made.chmod(0o755)
    try:
        yield made
    finally:
        os.close(descriptor)
        shutil.rmtree(made, ignore_errors=True)


def _sweep(store: Path) -> None:
    """Remove what killed processes left: nobody holds its lock."""
    for left in store.glob(f".*{PARTIAL}"):
        try:
            descriptor = os.open(left, os.O_RDONLY)
        except FileNotFoundError:  # it got its name just now
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(descriptor)


def _copy(source: Manifest, partial: Path) -> None:
    for name in _names(source):
        copied = partial / name
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source.folder / name, copied)
    for problem in _differs(source, partial):
        raise OilstoneError(f"{problem}. {source.folder} changed while it was copied; try again")
    sync(*partial.rglob("*"), partial)


def _differs(source: Manifest, copied: Path) -> Iterator[str]:
    """Yield what in a copy is not what the manifest of its source says."""
    if (copied / MANIFEST).read_bytes() != canonical.pretty(source.data):
        yield f"{source.folder / MANIFEST}: not what it was"
    yield from integrity(Manifest(copied, source.data))


def _names(source: Manifest) -> list[str]:
    """Return the files of an artifact, its manifest last."""
    return [str(entry["path"]) for entry in source.data["files"]] + [MANIFEST]


def _wrong(folder: Path, digest: str) -> list[str]:
    problems = artifact.verify(folder, deep=False, search=[])
    if not problems and artifact.load(folder).digest != digest:
        return [f"{folder}: holds another artifact than its name says"]
    return problems


def _cache(where: str) -> Path:
    root = os.environ.get(CACHE) or Path.home() / ".cache" / "oilstone"
    return Path(root) / "store" / hashlib.sha256(where.encode()).hexdigest()[:16]


def _filesystem(where: str) -> Any:
    import fsspec  # type: ignore[import-untyped]  # it ships no types

    try:
        return fsspec.core.url_to_fs(where)[0]
    except (ImportError, ValueError) as error:
        raise MissingTool(f"{where}: {error}; install what fsspec needs for it") from error


def _upload(where: str, folder: Path) -> None:
    """Write the files first and the manifest last: where that stands, all stands."""
    files = _filesystem(where)
    target = f"{where}/{folder.name}"
    if files.exists(f"{target}/{MANIFEST}"):
        return
    for name in _names(artifact.load(folder)):
        files.makedirs(f"{target}/{name}".rpartition("/")[0], exist_ok=True)
        files.put_file(str(folder / name), f"{target}/{name}")


def _download(where: str, digest: str, folder: Path) -> None:
    files = _filesystem(where)
    root = f"{where}/{digest}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not files.exists(f"{root}/{MANIFEST}"):
        raise CheckFailed(f"{root}: no artifact there; register a good copy again")
    with _partial(folder.parent) as partial:
        files.get_file(f"{root}/{MANIFEST}", str(partial / MANIFEST))
        for name in _names(artifact.load(partial))[:-1]:
            (partial / name).parent.mkdir(parents=True, exist_ok=True)
            files.get_file(f"{root}/{name}", str(partial / name))
        for problem in _wrong(partial, digest):
            raise CheckFailed(f"{root}: {problem}; register a good copy again")
        _settle(partial, folder)
