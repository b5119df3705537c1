"""API keys: made once, shown once, kept as hashes, each good for its scopes alone.

A key is `osk-ID-SECRET`. The file holds the sha256 of the whole key: SECRET has 256 bits, so that
no slow hash is needed. The ID finds the line; the rest is compared in constant time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from oilstone_schemas import canonical, content, validate
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import guard, replacing

INFERENCE, OUTCOMES, ADMIN = "inference", "outcomes", "admin"
SCOPES = (INFERENCE, OUTCOMES, ADMIN)
SCHEMA = "keys.v1"
NOBODY = hashlib.sha256(b"").digest()  # compared with where there is no such key
MANY = 1_000_000


class Key:
    """A key as the router knows it; `in_flight` are its requests now."""

    __slots__ = ("digest", "id", "in_flight", "most", "name", "scopes")

    def __init__(self, line: Mapping[str, Any]) -> None:
        self.id = str(line["id"])
        self.name = str(line["name"])
        self.scopes = frozenset(line["scopes"])
        self.digest = bytes.fromhex(line["sha256"])
        self.most: int = line.get("max_in_flight") or MANY
        self.in_flight = 0


class Keys:
    """The keys of a file; `None` for a router that is open to everybody on this machine."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.error: str | None = None  # why the file cannot be read just now
        self._stamp = (0, 0)
        self._known: dict[bytes, Key] = {}
        self._anybody = Key(
            {"id": "-", "name": "anybody", "scopes": (INFERENCE, OUTCOMES), "sha256": "00"}
        )
        self.reload()

    def find(self, authorization: bytes | None) -> Key | None:
        """Return the key of an Authorization header (Bearer), or None."""
        if self.path is None:
            return self._anybody
        token = (authorization or b"")[7:]
        key = self._known.get(token[4:12])
        given = hashlib.sha256(token).digest()
        same = hmac.compare_digest(given, key.digest if key else NOBODY)
        return key if same else None

    def scopes(self, key: str) -> frozenset[str]:
        """Return what a key may do: nothing if it is unknown."""
        found = self.find(b"Bearer " + key.encode("utf-8", "replace"))
        return frozenset() if found is None else found.scopes

    def known(self, number: str) -> Key | None:
        """Return the key with this id, as long as it stands in the file."""
        return self._known.get(number.encode())

    def refresh(self) -> None:
        """Read the file again; when it cannot be, the last good keys stand."""
        try:
            self.reload()
            self.error = None
        except OilstoneError as error:
            self.error = str(error)

    def reload(self) -> bool:
        """Read the file again if it has changed; return whether it had. Raises OilstoneError."""
        if self.path is None:
            return False
        with guard(self.path):
            found = self.path.stat()
        stamp = (found.st_mtime_ns, found.st_ino)
        if stamp == self._stamp:
            return False
        known = {line["id"].encode(): Key(line) for line in read(self.path)}
        for name, key in known.items():
            if (before := self._known.get(name)) is not None:
                key.in_flight = before.in_flight
        self._known, self._stamp = known, stamp
        return True


def read(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a keys file; raises OilstoneError."""
    data = content.read(path)
    validate.check(data, SCHEMA, str(path))
    return list(data["keys"])


def add(path: Path, name: str, scopes: Sequence[str], most: int | None) -> tuple[str, str]:
    """Add a key to a file, which is made if need be; return its id and the key itself.

    Raises OilstoneError for a name that is taken.
    """
    lines = read(path) if path.exists() else []
    if any(line["name"] == name for line in lines):
        raise OilstoneError(f"{path}: there is a key named {name} already; remove it first")
    number = secrets.token_hex(4)
    key = f"osk-{number}-{secrets.token_urlsafe(32)}"
    line: dict[str, Any] = {"id": number, "name": name, "scopes": sorted(set(scopes))}
    line["sha256"] = hashlib.sha256(key.encode()).hexdigest()
    if most is not None:
        line["max_in_flight"] = most
    _write(path, [*lines, line])
    return number, key


def remove(path: Path, name: str) -> None:
    """Remove a key; running routers refuse it within a second. Raises OilstoneError."""
    lines = read(path)
    left = [line for line in lines if name not in (line["name"], line["id"])]
    if len(left) == len(lines):
        raise OilstoneError(f"{path}: no key named {name}; see `oilstone-registry keys list`")
    _write(path, left)


def _write(path: Path, lines: list[dict[str, Any]]) -> None:
    data = {"schema": SCHEMA, "keys": lines}
    validate.check(data, SCHEMA, str(path))
    with replacing(path) as temporary:
        temporary.touch(mode=0o600)
        temporary.write_bytes(canonical.pretty(data))
