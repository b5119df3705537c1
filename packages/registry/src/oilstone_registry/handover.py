"""An adapter with all it was made from and judged by, as one archive that verifies offline.

    content/adapters.jsonl events.jsonl abtests.jsonl statement.json handover.json
    content/artifacts/KIND-DIGEST12/...    adapter, decision and all they were made from
    signature.json                         when it was signed

The same version exported twice gives the same bytes, unless it was used or signed in between.
"""

import shutil
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from oilstone_gates import decision
from oilstone_registry import audit, proof, provenance, records, resolve, signing
from oilstone_registry.audit import Row
from oilstone_registry.database import Registry
from oilstone_registry.names import Reference
from oilstone_registry.statement import statement
from oilstone_registry.store import Store
from oilstone_schemas import artifact, canonical, jsonl
from oilstone_schemas import content as content_of
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import CheckFailed, OilstoneError
from oilstone_schemas.disk import guard, replacing

CONTENT, SIGNATURE, ABOUT = "content", "signature.json", "handover.json"
FORMAT = "oilstone-handover 1"


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
        left_out = _chain(registry.store, row, content / "artifacts", search, without)
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
    (content / "statement.json").write_bytes(canonical.pretty(_statement(about, content)))
    return about


def _statement(about: dict[str, Any], content: Path) -> dict[str, Any]:
    label = f"{about['name']}@{about['version']}"
    adapter = artifact.load(_place(content / "artifacts", "adapter", about["adapter"]))
    read = decision.read(_place(content / "artifacts", "decision", about["decision"]))
    return statement(label, adapter, read)


def _place(folder: Path, kind: str, digest: str) -> Path:
    return folder / f"{kind}-{digest[:12]}"


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
        _copy(manifest, _place(target, manifest.kind, manifest.digest))
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
    about = canonical.loads((content / ABOUT).read_bytes())
    if about.get("format") != FORMAT:
        raise OilstoneError(f"{archive}: format {about.get('format')!r}, this one reads {FORMAT!r}")
    if key is not None:
        signing.check(content, target / SIGNATURE, key)
    problems = [*_problems(content, about)]
    if problems:
        raise CheckFailed("\n".join(f"refused: {archive}: {problem}" for problem in problems))
    return dict(about) | {"content": str(content), "signed": (target / SIGNATURE).is_file()}


def _extract(archive: Path, target: Path) -> None:
    if not archive.is_file():
        raise OilstoneError(f"{archive}: no archive there")
    try:
        with tarfile.open(archive, "r:") as opened:
            opened.extractall(target, filter="data")
    except (tarfile.TarError, EOFError) as error:
        raise CheckFailed(f"refused: {archive}: not a whole tar archive: {error}") from error


def _problems(content: Path, about: dict[str, Any]) -> Iterator[str]:
    artifacts = content / "artifacts"
    for kind in ("adapter", "decision"):
        folder = _place(artifacts, kind, about[kind])
        if not folder.is_dir():
            yield f"its {kind} {about[kind][:12]} is missing"
            return
        deep = artifact.verify(folder, deep=True, search=[artifacts])
        yield from _but(deep, {one["digest"] for one in about["left_out"]})
    try:
        read = decision.read(_place(artifacts, "decision", about["decision"]))
        if read.adapter != about["adapter"]:
            yield proof.about(read)
        told = (content / "statement.json").read_bytes()
        if told != canonical.pretty(_statement(about, content)):
            yield "statement.json does not follow from adapter and decision"
        if (content / ABOUT).read_bytes() != canonical.pretty(about):
            yield f"{ABOUT}: not laid out as it was written"
        yield from _rows(content, about)
    except OilstoneError as error:
        yield str(error)


def _rows(content: Path, about: dict[str, Any]) -> Iterator[str]:
    for name in ("adapters.jsonl", "events.jsonl", "abtests.jsonl"):
        content_of.check(content / name, content_of.infer(content / name))
    for event in jsonl.read(content / "events.jsonl"):
        if event["hash"] != audit.digest(event):
            yield f"events.jsonl: event {event['id']} is not what was written"
    for row in jsonl.read(content / "adapters.jsonl"):
        said = (row["name"], row["version"], row["digest"])
        if said != (about["name"], about["version"], about["adapter"]):
            yield f"adapters.jsonl: is about {row['name']}@{row['version']}, another adapter"


def _but(problems: Iterable[str], left_out: set[str]) -> Iterator[str]:
    """Leave out the complaints about what was left out on purpose."""
    for problem in problems:
        if not any(f" {digest}, is neither" in problem for digest in left_out):
            yield problem
