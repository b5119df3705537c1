"""An adapter with all it was made from and judged by, as one archive that verifies offline.

    content/adapters.jsonl events.jsonl abtests.jsonl statement.json handover.json
    content/artifacts/KIND-DIGEST12/...    adapter, decision and all they were made from
    signature.json                         when it was signed

The same version exported twice gives the same bytes, unless it was used or signed in between.
"""

import shutil
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oilstone_registry import provenance, records, resolve, signing, unpacked
from oilstone_registry.audit import Row
from oilstone_registry.database import Registry
from oilstone_registry.names import Reference
from oilstone_registry.store import Store
from oilstone_registry.unpacked import (
    ABOUT,
    CONTENT,
    FORMAT,
    SIGNATURE,
    STATEMENT,
    place,
    statement_of,
)
from oilstone_schemas import artifact, canonical, jsonl
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import CheckFailed, OilstoneError
from oilstone_schemas.disk import guard, replacing


def export(
    registry: Registry,
    asked: Reference,
    out: Path,
    *,
    search: Sequence[Path] = (),
    without: Sequence[str] = (),
    key: Path | None = None,
) -> dict[str, Any]:
    """Write the archive; return what is in it. A name alone means its production version.

    `search`: folders that hold what the adapter was made from, if it is no longer where it was;
    `without`: kinds that are left out, such as base. Raises OilstoneError for an input that is not
    found, CheckFailed for anything that is not what it was.
    """
    with registry.reading() as connection:
        row = resolve.named_or_production(connection, asked)
        rows = {
            "adapters.jsonl": [
                one
                for one in records.adapters(connection, asked.name)
                if one["version"] == row["version"]
            ],
            "events.jsonl": list(records.log(connection, asked.name)),
            "abtests.jsonl": list(records.abtests(connection, asked.name)),
        }
    with tempfile.TemporaryDirectory(prefix=".handover-", dir=_parent(out)) as made:
        content = Path(made) / CONTENT
        left_out = _chain(registry.store, row, content, search, without)
        for name, lines in rows.items():
            jsonl.write(content / name, lines)
        about = _about(row, content, left_out)
        if key is not None:
            signing.sign(content, Path(made) / SIGNATURE, key)
        with replacing(out) as temporary:
            _pack(Path(made), temporary)
    return about


def _parent(out: Path) -> Path:
    with guard(out):
        out.parent.mkdir(parents=True, exist_ok=True)
    return out.parent


def _about(row: Row, content: Path, left_out: list[dict[str, str]]) -> dict[str, Any]:
    about = {
        "format": FORMAT,
        "name": row["name"],
        "version": row["version"],
        "adapter": row["digest"],
        "decision": row["decision"],
        "left_out": left_out,
    }
    (content / ABOUT).write_bytes(canonical.pretty(about))
    (content / STATEMENT).write_bytes(canonical.pretty(statement_of(about, content)))
    return about


def _chain(
    store: Store, row: Row, target: Path, search: Sequence[Path], without: Sequence[str]
) -> list[dict[str, str]]:
    """Copy the chain, each artifact verified; return what was left out."""
    if row["decision"] is None:
        raise OilstoneError(
            f"{row['name']}@{row['version']} was never gated; `oilstone-registry gate` it first"
        )
    starts = [store.require(row["digest"], row["seal"]), store.require(row["decision"])]
    queue, seen, left_out = [artifact.load(folder) for folder in starts], set[str](), []
    while queue:
        manifest = queue.pop(0)
        if manifest.digest in seen:
            continue
        seen.add(manifest.digest)
        _copy(manifest, place(target, manifest.kind, manifest.digest))
        for item in manifest.inputs:
            if item["kind"] in without:
                left_out.append({"kind": item["kind"], "digest": item["digest"]})
            elif item["digest"] not in seen:
                queue.append(_found(store, manifest, item, search))
    unique = {one["digest"]: one for one in left_out}
    return [unique[digest] for digest in sorted(unique)]


def _found(
    store: Store, manifest: Manifest, item: dict[str, str], search: Sequence[Path]
) -> Manifest:
    """Find an input: in the store, where it was, or below a search folder."""
    if store.holds(item["digest"]):
        return artifact.load(store.require(item["digest"]))
    kept = store.folder / "provenance"
    places = [place for place in [provenance.place(kept, item["digest"])] if place is not None]
    alone = Manifest(manifest.folder, manifest.data | {"inputs": [item]})
    for _, found in provenance.inputs(alone, [*(p for p in places if p.is_dir()), *search]):
        if not isinstance(found, str):
            return found
    raise OilstoneError(
        f"{manifest.kind} {manifest.digest[:12]} was made from {item['kind']}"
        f" {item['digest'][:12]}, which is not at hand; name a folder that holds it with --search,"
        f" or leave it out with --without {item['kind']}"
    )


def _copy(manifest: Manifest, target: Path) -> None:
    for problem in artifact.verify(manifest.folder, deep=False, search=[]):
        raise CheckFailed(f"{problem}; it is not handed over")
    for name in [str(entry["path"]) for entry in manifest.data["files"]] + ["manifest.json"]:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(manifest.folder / name, target / name)


def _pack(folder: Path, out: Path) -> None:
    """Write a tar whose bytes depend on names and contents alone."""
    with tarfile.open(out, "w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            member = tarfile.TarInfo(path.relative_to(folder).as_posix())
            member.size, member.mode = path.stat().st_size, 0o644
            with path.open("rb") as file:
                archive.addfile(member, file)


def unpack(archive: Path, target: Path, key: Path | None) -> dict[str, Any]:
    """Unpack and verify an archive; return what it says about itself, with `content`, its folder.

    Raises OilstoneError for what is no hand-over, CheckFailed for one that is not what it was: a
    changed file, a chain with a gap, a statement or row that does not follow, a signature that does
    not hold under `key`.
    """
    _extract(archive, target)
    content = target / CONTENT
    if not (content / ABOUT).is_file():
        raise OilstoneError(f"{archive}: no hand-over of oilstone-registry export")
    if key is not None:
        signing.check(content, target / SIGNATURE, key)
    try:
        about = unpacked.about(content)
    except CheckFailed as error:
        raise CheckFailed(f"refused: {archive}: {error}") from error
    problems = list(unpacked.problems(target, about))
    if problems:
        raise CheckFailed("\n".join(f"refused: {archive}: {problem}" for problem in problems))
    return about | {"content": str(content), "signed": (target / SIGNATURE).is_file()}


def _extract(archive: Path, target: Path) -> None:
    if not archive.is_file():
        raise OilstoneError(f"{archive}: no archive there")
    try:
        with tarfile.open(archive, "r:") as opened:
            for member in opened:
                if member.type != tarfile.REGTYPE or member.issparse():
                    raise CheckFailed(f"refused: {archive}: {member.name}: no plain file")
            opened.extractall(target, filter="data")
    except (tarfile.TarError, EOFError) as error:
        raise CheckFailed(f"refused: {archive}: not a whole tar archive: {error}") from error
