"""Registering: an adapter gets a name, a version and an id, and its content is kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from oilstone_gates import chain
from oilstone_registry import audit, names, provenance
from oilstone_registry.audit import Act, Row, Subject
from oilstone_registry.database import Registry
from oilstone_registry.lifecycle import REGISTERED
from oilstone_registry.tables import versions
from oilstone_schemas import artifact, canonical
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import guard

CONFIG = "adapter_config.json"
Query = sa.Select[Any]
Fingerprint = Callable[[Manifest], dict[str, Any]]


def _where(column: sa.ColumnElement[str]) -> Query:
    named = versions.c.name == sa.bindparam("name")
    return sa.select(versions).where(named, column == sa.bindparam("which"))


# Made once: while a statement is made, the others wait.
BY_DIGEST, BY_VERSION = _where(versions.c.digest), _where(versions.c.version)


def register(
    registry: Registry,
    folder: Path,
    name: str,
    version: str | None,
    act: Act,
    domains: list[str] | None = None,
    fingerprint: Fingerprint | None = None,
) -> tuple[Row, bool]:
    """Register an adapter; return its row and whether it is new.

    The same content under the same name is registered once, however often it is asked for. Rank,
    base model and, unless given, domains are read from the adapter and what it was made from.
    `fingerprint` is called with the stored copy and gives what is kept in the version's details.
    Raises OilstoneError for an adapter that does not verify and for a version that another one has.
    """
    source = verified(folder)
    store = registry.store
    provenance.keep(store.folder / "provenance", source)
    adapter = store.keep(source)
    said = describe(adapter, store.folder / "provenance", domains)
    if fingerprint is not None:
        said["details"] = {**said["details"], "fingerprint": fingerprint(adapter)}
    with registry.writing(together=True) as connection:
        same = _one(connection, BY_DIGEST, name, adapter.digest)
        if same:
            return _again(same, version, said["details"]), False
        version = version or _following(connection, name)
        _free(_one(connection, BY_VERSION, name, version), adapter)
        return insert(connection, {"name": name, "version": version, **said}, act), True


def verified(folder: Path) -> Manifest:
    """Return an adapter's manifest; raises OilstoneError when a file is not what it was."""
    adapter = artifact.load(folder, "adapter")
    for problem in artifact.verify(folder, deep=False, search=[]):
        raise OilstoneError(f"{problem}. An adapter that does not verify is not registered")
    return adapter


def describe(adapter: Manifest, kept: Path, domains: list[str] | None) -> dict[str, Any]:
    """Return the columns of a version that the adapter itself decides."""
    config = _config(adapter.folder)
    dataset = chain.input_digest(adapter, "dataset")
    found = provenance.kept_sources(kept, dataset) if dataset else None
    return {
        "digest": adapter.digest,
        "seal": adapter.data["seal"],
        "base_digest": adapter.details.get("base_digest"),
        "base_model": config.get("base_model_name_or_path"),
        "rank": config.get("r"),
        "domains": domains if domains is not None else list(found["domains"]) if found else [],
        "details": adapter.details,
        "decision": None,
        "offline_success_rate": None,
    }


def insert(connection: sa.Connection, row: Row, act: Act, action: str = "register") -> Row:
    """Write a new version, with the next id, and say so in the log."""
    new = dict(row) | {"registered_at": audit.now(), "status": REGISTERED}
    made = connection.execute(versions.insert().returning(versions), new).mappings().one()
    subject = Subject(made["name"], made["version"], None, REGISTERED)
    audit.record(connection, act, action, subject, [("versions", made)])
    return made


def _config(folder: Path) -> dict[str, Any]:
    """Read PEFT's configuration; an adapter of another form has none."""
    path = folder / CONFIG
    if not path.is_file():
        return {}
    with guard(path):
        content = path.read_bytes()
    try:
        found = canonical.loads(content)
    except ValueError as error:
        raise OilstoneError(f"{path}: not strict JSON: {error}") from error
    return found if isinstance(found, dict) else {}


def _one(connection: sa.Connection, query: Query, name: str, which: str) -> Row | None:
    return connection.execute(query, {"name": name, "which": which}).mappings().one_or_none()


def _following(connection: sa.Connection, name: str) -> str:
    query = sa.select(versions.c.version).where(versions.c.name == name)
    return names.following(connection.execute(query).scalars())


def _again(row: Row, version: str | None, details: dict[str, Any]) -> Row:
    if version not in (None, row["version"]):
        raise OilstoneError(
            f"--version {version}: this very adapter is {row['name']}@{row['version']} already"
        )
    if "fingerprint" in details and "fingerprint" not in row["details"]:
        raise OilstoneError(
            f"--fingerprint: {row['name']}@{row['version']} is registered without one, and what a"
            " version is registered as never changes; register the adapter under another name"
        )
    return row


def _free(row: Row | None, adapter: Manifest) -> None:
    if row is not None:
        raise OilstoneError(
            f"{row['name']}@{row['version']} is another adapter ({row['digest'][:12]}, this one is"
            f" {adapter.digest[:12]}); leave --version out for the next free one"
        )
