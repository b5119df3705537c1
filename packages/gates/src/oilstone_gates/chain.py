"""From a report back to what it was made from."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from oilstone_schemas import artifact
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError

MANIFEST = "manifest.json"


def input_digest(manifest: Manifest, kind: str) -> str | None:
    """Return the digest of the manifest's input of this kind; None when it has none."""
    digests = [item["digest"] for item in manifest.inputs if item["kind"] == kind]
    return digests[0] if digests else None


def find(manifest: Manifest, kind: str, search: Sequence[Path]) -> Manifest | None:
    """Return the input of this kind, at its path hint or below a search folder, by its digest."""
    digest = input_digest(manifest, kind)
    for folder in _candidates(manifest, kind, search):
        found = _artifact(folder)
        if found is not None and (found.kind, found.digest) == (kind, digest):
            return found
    return None


def _candidates(manifest: Manifest, kind: str, search: Sequence[Path]) -> Iterator[Path]:
    for item in manifest.inputs:
        if item["kind"] == kind:
            yield manifest.folder.resolve() / item["path"]
    for root in search:
        yield from (path.parent for path in sorted(root.rglob(MANIFEST)))


def _artifact(folder: Path) -> Manifest | None:
    """Load what lies there; something else, or something damaged, is not what is looked for."""
    try:
        return artifact.load(folder)
    except OilstoneError:
        return None
