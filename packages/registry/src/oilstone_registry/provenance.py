"""Where an adapter comes from, kept beside the store: the manifests of all it was made from.

Manifests are small and hold together by themselves (digest and seal), so the registry can still
say which dataset and which rows an adapter was trained on when the work folders are gone.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from oilstone_gates import chain
from oilstone_schemas import canonical, jsonl
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import guard, replacing
from oilstone_schemas.manifest import NAME, parse

SOURCES = "sources.json"
PLACE = "place"  # where it was; a hint, since the digest decides


def inputs(manifest: Manifest, search: Sequence[Path] = ()) -> Iterator[tuple[str, Manifest | str]]:
    """Yield (kind, manifest) for each input that is found, (kind, digest) for each that is not."""
    for item in manifest.inputs:
        only = Manifest(manifest.folder, manifest.data | {"inputs": [item]})
        found = chain.find(only, item["kind"], search)
        yield item["kind"], found if found is not None else str(item["digest"])


def walk(manifest: Manifest, search: Sequence[Path] = ()) -> Iterator[Manifest | tuple[str, str]]:
    """Yield all it was made from, nearest first, each once; (kind, digest) for what is missing."""
    seen, queue = {manifest.digest}, [manifest]
    while queue:
        for kind, found in inputs(queue.pop(0), search):
            digest = found if isinstance(found, str) else found.digest
            if digest in seen:
                continue
            seen.add(digest)
            if isinstance(found, str):
                yield kind, found
            else:
                queue.append(found)
                yield found


def keep(folder: Path, manifest: Manifest) -> None:
    """Keep the manifests of all that an artifact was made from, as far as it can be found."""
    for one in walk(manifest):
        if isinstance(one, Manifest):
            keep_one(folder, one)


def keep_one(folder: Path, manifest: Manifest) -> None:
    """Keep one manifest, unless it is there."""
    if not (folder / manifest.digest / NAME).exists():
        _write(folder / manifest.digest, manifest)


def _write(place: Path, manifest: Manifest) -> None:
    with guard(place):
        place.mkdir(parents=True, exist_ok=True)
    if manifest.kind == "dataset":
        with replacing(place / SOURCES) as temporary:
            temporary.write_bytes(canonical.pretty(sources(manifest.folder)))
    with replacing(place / PLACE) as temporary:
        temporary.write_text(str(manifest.folder.resolve()))
    with replacing(place / NAME) as temporary:
        temporary.write_bytes(canonical.pretty(manifest.data))


def sources(dataset: Path) -> dict[str, Any]:
    """Return how many training rows of a dataset come from where, and what domains they have."""
    rows: Counter[tuple[str, str]] = Counter()
    domains: Counter[str] = Counter()
    for row in _rows(dataset):
        rows[str(row.get("source")), str(row.get("licence"))] += 1
        domains.update([row["domain"]] if row.get("domain") else [])
    listed = [
        {"source": source, "licence": licence, "rows": count}
        for (source, licence), count in sorted(rows.items())
    ]
    return {"sources": listed, "domains": dict(sorted(domains.items()))}


def _rows(dataset: Path) -> Iterator[dict[str, Any]]:
    """Yield the training rows; none where the file is not there or is of another form."""
    for path in sorted(dataset.glob("train.jsonl*")):
        try:
            yield from jsonl.read(path)
        except OilstoneError:
            return


def kept(folder: Path, digest: str) -> Manifest | None:
    """Return a kept manifest; None when it was never found or is not what it was."""
    try:
        return parse(folder / digest)
    except (OilstoneError, FileNotFoundError):
        return None


def kept_sources(folder: Path, digest: str) -> dict[str, Any] | None:
    """Return what `sources` said when the dataset was still there."""
    path = folder / digest / SOURCES
    return json.loads(path.read_bytes()) if path.is_file() else None


def place(folder: Path, digest: str) -> Path | None:
    """Return where an artifact was when its manifest was kept; None when it never was."""
    path = folder / digest / PLACE
    return Path(path.read_text()) if path.is_file() else None
