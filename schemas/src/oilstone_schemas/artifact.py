"""Artifacts: folders with a manifest, which are whole or not there.

A producer's way through it: load the inputs, `request` what is wanted, return `current` if it is
there already; else `stage` a folder, fill it, and `publish` it.
"""

from pathlib import Path

from oilstone_schemas.command import OilstoneError, say
from oilstone_schemas.disk import guard
from oilstone_schemas.manifest import MAKERS, NAME, Manifest, parse, request
from oilstone_schemas.publish import publish
from oilstone_schemas.staging import recover, stage
from oilstone_schemas.verify import integrity, locate, verify

__all__ = ["Manifest", "current", "load", "locate", "publish", "request", "stage", "verify"]


def load(folder: Path, kind: str | None = None) -> Manifest:
    """Read an artifact's manifest; its files are not hashed (see `verify`).

    Raises OilstoneError when there is none, when it does not hold together, or when it is of
    another kind; the message says which command makes one.
    """
    with guard(folder):
        recover(folder)
    maker = f"; `{MAKERS[kind]}` makes one" if kind in MAKERS else ""
    if not (folder / NAME).is_file():
        raise OilstoneError(f"{folder}: no artifact there (no {NAME}){maker}")
    found = parse(folder)
    if kind is not None and found.kind != kind:
        raise OilstoneError(f"{folder}: an artifact of kind {found.kind}, not {kind}{maker}")
    return found


def current(out: Path, request: str) -> Manifest | None:
    """Return `out`'s manifest when it answers this very request and every file's hash holds."""
    with guard(out):
        recover(out)
    if not (out / NAME).is_file():
        return None
    try:
        found = parse(out)
    except OilstoneError as error:
        say(f"{error}; making it again")
        return None
    if found.request != request:
        return None
    for problem in integrity(found):
        say(f"{problem}; making it again")
        return None
    return found
