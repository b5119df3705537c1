"""Where an artifact is built: a hidden folder beside its place, held by one process at a time."""

import fcntl
import os
import re
import shutil
from pathlib import Path

from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import guard, sync
from oilstone_schemas.manifest import NAME

_held: dict[Path, int] = {}


def stage(out: Path, request: str, *, resume: bool = False) -> Path:
    """Return the hidden folder in which the artifact `out` is built.

    Emptied, unless `resume`; those of other requests are removed. Raises OilstoneError when `out`
    holds something else, or another process is building it.
    """
    out = out.resolve()
    with guard(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        recover(out)
        replaceable(out)
        folder = out.parent / f".{out.name}.{request[:12]}.partial"
        for stale in _partials(out):
            _hold(stale, out)
            if stale != folder:
                remove(stale)
                release(stale)
        folder.mkdir(exist_ok=True)
        _hold(folder, out)
        (folder / NAME).unlink(missing_ok=True)
        if not resume:
            _empty(folder)
    return folder


def recover(out: Path) -> None:
    """Undo or finish the swap of a process that was killed in the middle of it."""
    aside = old(out)
    if not aside.exists():
        return
    if out.exists() or not (aside / NAME).exists():
        remove(aside)
    else:
        aside.rename(out)


def remove(folder: Path) -> None:
    """Remove an artifact, its manifest first: half removed, it does not look whole."""
    (folder / NAME).unlink(missing_ok=True)
    if folder.exists():
        sync(folder)
        shutil.rmtree(folder)


def replaceable(out: Path) -> None:
    """Raise OilstoneError when `out` is anything but an artifact, an empty folder or nothing."""
    if out.is_dir() and not (out / NAME).exists() and any(out.iterdir()):
        raise OilstoneError(
            f"{out}: holds files that are no Oilstone artifact; they are left alone."
            " Choose another --out, or move them away"
        )
    if out.exists() and not out.is_dir():
        raise OilstoneError(f"{out}: is a file; an artifact is a folder. Choose another --out")


def old(out: Path) -> Path:
    """Return where an older artifact steps aside to while a new one takes its name."""
    return out.with_name(f".{out.name}.old")


def release(folder: Path) -> None:
    """Let other processes build there again."""
    descriptor = _held.pop(folder, None)
    if descriptor is not None:
        os.close(descriptor)


def _partials(out: Path) -> list[Path]:
    name = re.compile(rf"\.{re.escape(out.name)}\.[0-9a-f]{{12}}\.partial")
    return [path for path in out.parent.iterdir() if name.fullmatch(path.name)]


def _hold(folder: Path, out: Path) -> None:
    """Lock `folder` for as long as this process lives, or say that another one builds `out`."""
    if folder in _held:
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise OilstoneError(f"{out}: another process is building it; wait for its end") from error
    _held[folder] = descriptor


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
