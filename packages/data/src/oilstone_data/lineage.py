"""What an artifact was made from: its inputs, found where they were or anywhere that is named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from oilstone_schemas import artifact
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import guard

ROWS = {"samples": "samples.jsonl", "problems": "problems.jsonl", "outcomes": "outcomes.jsonl"}


def find(given: Path, kind: str) -> Manifest:
    """Return the manifest of the artifact at `given`, or a makeshift one for a plain file.

    A plain file's digest is the sha256 of its bytes, as `oilstone-eval` writes it down too.
    """
    if given.is_dir():
        return artifact.load(given, kind)
    with guard(given):
        digest = hashlib.sha256(given.read_bytes()).hexdigest()
    return Manifest(given, {"kind": kind, "digest": digest, "inputs": [], "recipe": {}})


def rows_of(found: Manifest) -> Path:
    """Return the file that holds the rows of what `find` found."""
    return found.folder / ROWS[found.kind] if found.folder.is_dir() else found.folder


def parent(child: Manifest, kind: str, given: Sequence[Path], option: str) -> Manifest:
    """Return the input of `child` that is of this kind: among `given`, else where it was.

    Raises OilstoneError, naming the command's `option`, when nothing of that digest is there.
    """
    wanted = next((item for item in child.inputs if item["kind"] == kind), None)
    if wanted is None:
        raise OilstoneError(f"{child.folder}: its manifest names no {kind} that it was made from")
    hint = (child.folder.resolve() / wanted["path"]).resolve()
    for found in _candidates([*given, hint], kind):
        if found.digest == wanted["digest"]:
            return found
    raise OilstoneError(
        f"{child.folder}: its {kind}, {wanted['digest'][:12]}, are not at {wanted['path']}"
        f" and not among {option}; name their folder or file with {option}"
    )


def _candidates(places: Sequence[Path], kind: str) -> Iterator[Manifest]:
    for place in places:
        if place.exists():
            try:
                yield find(place, kind)
            except OilstoneError:
                continue
