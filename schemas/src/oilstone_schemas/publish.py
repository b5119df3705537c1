"""Putting a finished artifact in its place, whole.

An older artifact steps aside as `.NAME.old`, the new one takes its name, the old one goes. A
process killed between the two renames leaves only `.NAME.old`; `recover` gives it its name back.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from oilstone_schemas import canonical, files
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import guard, replacing, sync, temporary_name
from oilstone_schemas.manifest import NAME, Manifest, assemble, made_by, parse
from oilstone_schemas.staging import old, recover, release, remove, replaceable


def publish(
    stage: Path,
    out: Path,
    *,
    kind: str,
    producer: str,
    recipe: Mapping[str, Any],
    seed: int,
    inputs: Sequence[Manifest],
    request: str,
    details: Mapping[str, Any] | None = None,
    counts: Mapping[str, int] | None = None,
    volatile: Sequence[str] = (),
) -> Manifest:
    """Hash everything in `stage`, write its manifest last and put it in `out`'s place.

    `volatile`: patterns of files with times or plots in them, which are no part of the identity.
    """
    given, out = out, out.resolve()
    body = {
        "kind": kind,
        "request": request,
        "recipe": dict(recipe),
        "seed": seed,
        "inputs": [_input(item, out) for item in inputs],
        "counts": dict(counts or {}),
        "details": dict(details or {}),
        "producer": made_by(producer),
    }
    with guard(stage):
        _same_kind(out, kind, stage)
        (stage / NAME).unlink(missing_ok=True)
        entries = [files.entry(stage, name, tuple(volatile)) for name in _settled(stage)]
        _write(stage, assemble(body, entries, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"))
        _swap(stage, out)
    return Manifest(given, parse(out).data)


def _write(stage: Path, data: dict[str, Any]) -> None:
    with replacing(stage / NAME) as temporary:
        temporary.write_bytes(canonical.pretty(data))
    parse(stage)


def _settled(stage: Path) -> list[str]:
    """Return the files of `stage`, once they and their folders are on the disk."""
    found = files.names(stage)
    for name in [name for name in found if _is_temporary(name)]:
        (stage / name).unlink()
    kept = [name for name in found if not _is_temporary(name)]
    for folder in {(stage / name).parent for name in kept}:
        sync(folder)
    return kept


def _is_temporary(path: str) -> bool:
    """Tell whether a killed writer left this file behind."""
    name = path.rpartition("/")[2]
    return name.startswith(".") and name == temporary_name(name[1:].removesuffix(".tmp"))


def _swap(stage: Path, out: Path) -> None:
    recover(out)
    aside = old(out)
    if out.exists():
        out.rename(aside)
    stage.rename(out)
    sync(out.parent)
    remove(aside)
    release(stage)


def _same_kind(out: Path, kind: str, stage: Path) -> None:
    """Refuse to write a report over a dataset; a damaged manifest protects nothing."""
    replaceable(out)
    try:
        there = parse(out).kind
    except OilstoneError:
        return
    if there != kind:
        raise OilstoneError(
            f"{out}: holds an artifact of kind {there}, this is one of kind {kind}."
            f" Choose another --out; what was made waits in {stage}"
        )


def _input(item: Manifest, out: Path) -> dict[str, str]:
    place = os.path.realpath(item.folder)
    hint = Path(os.path.relpath(place, os.path.realpath(out))).as_posix()
    return {"kind": item.kind, "digest": item.digest, "path": hint}
