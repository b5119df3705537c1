"""Registering: an adapter gets a name, a version and an id, and its content is kept."""

from pathlib import Path

import sqlalchemy as sa

from oilstone_registry import names, store
from oilstone_registry.database import Registry
from oilstone_registry.lifecycle import REGISTERED, Act, log, now
from oilstone_registry.tables import versions
from oilstone_schemas import artifact
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError


def register(
    registry: Registry, folder: Path, name: str, version: str | None, act: Act
) -> tuple[sa.RowMapping, bool]:
    """Register an adapter; return its row and whether it is new.

    The same content under the same name is registered once, however often it is asked for. Raises
    OilstoneError for an adapter that does not verify and for a version that another one has.
    """
    adapter = _verified(folder)
    store.keep(registry.store, adapter)
    with registry.writing() as connection:
        taken = _named(connection, name)
        same = [row for row in taken if row["digest"] == adapter.digest]
        if same:
            return _again(same[0], version), False
        version = version or names.following(row["version"] for row in taken)
        _free(taken, name, version, adapter)
        return _insert(connection, name, version, adapter, act), True


def _verified(folder: Path) -> Manifest:
    adapter = artifact.load(folder, "adapter")
    for problem in artifact.verify(folder, deep=False, search=[]):
        raise OilstoneError(f"{problem}. An adapter that does not verify is not registered")
    return adapter


def _named(connection: sa.Connection, name: str) -> list[sa.RowMapping]:
    query = sa.select(versions).where(versions.c.name == name)
    return list(connection.execute(query).mappings())


def _again(row: sa.RowMapping, version: str | None) -> sa.RowMapping:
    if version not in (None, row["version"]):
        raise OilstoneError(
            f"--version {version}: this very adapter is {row['name']}@{row['version']} already"
        )
    return row


def _free(taken: list[sa.RowMapping], name: str, version: str, adapter: Manifest) -> None:
    for row in taken:
        if row["version"] == version:
            raise OilstoneError(
                f"{name}@{version} is another adapter ({row['digest'][:12]}, this one is"
                f" {adapter.digest[:12]}); leave --version out for the next free one"
            )


def _insert(
    connection: sa.Connection, name: str, version: str, adapter: Manifest, act: Act
) -> sa.RowMapping:
    row = {
        "name": name,
        "version": version,
        "digest": adapter.digest,
        "base_digest": adapter.details.get("base_digest"),
        "details": adapter.details,
        "registered_at": now(),
        "status": REGISTERED,
    }
    made = connection.execute(versions.insert().values(row).returning(versions)).mappings().one()
    log(connection, made["id"], None, REGISTERED, act)
    return made
