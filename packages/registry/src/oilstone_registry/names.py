"""Names, semantic versions, and references such as rust-tiny, rust-tiny@0.2.0, rust-tiny@1a2b…"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from oilstone_schemas.command import OilstoneError

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
VERSION = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})")
DIGEST = re.compile(r"[0-9a-f]{8,64}")


class Reference(NamedTuple):
    """What a person wrote: a name and perhaps a version or the beginning of a digest."""

    name: str
    version: str | None
    digest: str | None


def name(text: str) -> str:
    """Return `text` if it can name an adapter; raises OilstoneError."""
    if not NAME.fullmatch(text):
        raise OilstoneError(
            f"{text!r} is no name: 1 to 64 of a-z, 0-9, '.', '_' and '-', first a letter or digit"
        )
    return text


def version(text: str) -> str:
    """Return `text` if it is a semantic version X.Y.Z; raises OilstoneError."""
    if not VERSION.fullmatch(text):
        raise OilstoneError(f"{text!r} is no version: write X.Y.Z, such as 0.2.0")
    return text


def reference(text: str) -> Reference:
    """Read NAME, NAME@VERSION or NAME@DIGEST (at least 8 digits of it); raises OilstoneError."""
    before, at, after = text.partition("@")
    if not at:
        return Reference(name(before), None, None)
    if VERSION.fullmatch(after):
        return Reference(name(before), after, None)
    if DIGEST.fullmatch(after):
        return Reference(name(before), None, after)
    raise OilstoneError(f"{text!r}: after the @ stands a version X.Y.Z or a digest, not {after!r}")


def sha256(text: str) -> str:
    """Return `text` if it is a whole sha256; raises OilstoneError."""
    if not re.fullmatch("[0-9a-f]{64}", text):
        raise OilstoneError(f"{text!r} is no sha256: 64 hex digits, such as `why --json` shows")
    return text


def order(text: str) -> tuple[int, int, int]:
    """Return the key that sorts versions as numbers: 0.10.0 comes after 0.9.0."""
    major, minor, patch = map(int, text.split("."))
    return major, minor, patch


def following(taken: Iterable[str]) -> str:
    """Return the next minor version after all that are taken; 0.1.0 when none is."""
    major, minor, _ = max(map(order, taken), default=(0, 0, 0))
    return f"{major}.{minor + 1}.0"
