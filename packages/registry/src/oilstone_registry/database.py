"""The registry's database: found, made, opened, and one transaction at a time.

SQLite in WAL mode with synchronous FULL: an acknowledged promote survives a power cut. Writers
take the write lock when they begin (BEGIN IMMEDIATE), so what they read is what they change.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from oilstone_registry.tables import SCHEMA, metadata, schema_version
from oilstone_schemas.command import OilstoneError

BUSY_MS = 30_000  # how long a writer waits for the others


@dataclass(frozen=True)
class Registry:
    """An open registry: its database and, beside it, the store of what is registered."""

    path: Path
    engine: sa.Engine

    @property
    def store(self) -> Path:
        """The folder of the content-addressed copies."""
        return self.path.parent / "store"

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction that holds the write lock from its first moment."""
        with _explained(self.path), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One transaction that sees a single moment and keeps nobody waiting."""
        readers = self.engine.execution_options(begin="BEGIN")
        with _explained(self.path), readers.begin() as connection:
            yield connection


def open_registry(where: str, *, create: bool = False) -> Registry:
    """Open the registry at a path or `sqlite:///` URL; `create` makes it when it is not there.

    Raises OilstoneError when there is none, when it is something else, or written by a newer
    oilstone-registry.
    """
    path = _path(where)
    registry = Registry(path, _engine(path))
    if create:
        _create(registry)
    found = _version(registry) if path.exists() else None
    if found is None:
        raise OilstoneError(
            f"{path}: no registry there; `oilstone-registry register ADAPTER --name NAME` makes one"
        )
    if found > SCHEMA:
        raise OilstoneError(
            f"{path}: written by a newer oilstone-registry (schema {found}, this one knows"
            f" {SCHEMA}); upgrade oilstone-registry"
        )
    return registry


def _path(where: str) -> Path:
    if "://" not in where:
        return Path(where)
    url = sa.make_url(where)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise OilstoneError(f"{where}: only SQLite is known; give a path or sqlite:///PATH")
    return Path(url.database)


def _engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # sqlite3 must not begin on its own
        for setting in (f"busy_timeout={BUSY_MS}", "foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {setting}")

    @sa.event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        begin = connection.get_execution_options().get("begin", "BEGIN IMMEDIATE")
        connection.exec_driver_sql(begin)

    return engine


def _create(registry: Registry) -> None:
    registry.path.parent.mkdir(parents=True, exist_ok=True)
    with locked(registry.path.parent), _explained(registry.path):
        if _version(registry) is not None:
            return
        with sqlite3.connect(registry.path) as raw:
            raw.execute("PRAGMA journal_mode=WAL")
        raw.close()
        with registry.writing() as connection:
            metadata.create_all(connection)
            connection.execute(schema_version.insert().values(version=SCHEMA))


def _version(registry: Registry) -> int | None:
    """Return the schema's number; None for a database without any tables."""
    with registry.reading() as connection:
        tables = sa.inspect(connection).get_table_names()
        if not tables:
            return None
        if schema_version.name not in tables:
            raise OilstoneError(
                f"{registry.path}: a SQLite database, but no registry; choose another --registry"
            )
        return int(connection.execute(sa.select(schema_version.c.version)).scalar_one())


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes that lock `folder` waiting; a killed one lets go."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sa.exc.IntegrityError:
        raise
    except sa.exc.DatabaseError as error:
        raise OilstoneError(
            f"{path}: {error.orig}; is it a registry, may you write there, and is no other process"
            f" holding it for more than {BUSY_MS // 1000} s?"
        ) from error
