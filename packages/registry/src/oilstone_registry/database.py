"""The registry's database: found, made, opened, and one transaction at a time.

SQLite in WAL mode with synchronous FULL, or PostgreSQL: an acknowledged promote survives a power
cut. Writers queue in the order they came (a file lock, or PostgreSQL's advisory lock) and hold the
write lock from their first statement, so what they read is what they change.
"""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from oilstone_registry import migrations
from oilstone_registry.locks import locked
from oilstone_registry.store import Store
from oilstone_registry.tables import settings
from oilstone_schemas.command import MissingTool, OilstoneError
from oilstone_schemas.disk import guard, sync

BUSY_MS = 30_000  # how long a writer waits for the others
QUEUE = 0x01157013  # the advisory lock's number, of no meaning
DURABLE = (
    "SELECT set_config('synchronous_commit', 'on', true)"
    " WHERE current_setting('synchronous_commit') = 'off'"
)


@dataclass(frozen=True)
class Registry:
    """An open registry; `place` is its SQLite file or its URL without the password.

    Its connections are closed with it. Open it after a fork, never before.
    """

    place: str
    path: Path | None
    engine: sa.Engine

    @property
    def store(self) -> Store:
        """The content-addressed copies; where they are is a setting of the registry."""
        with self.reading() as connection:
            query = sa.select(settings.c.value).where(settings.c.key == "store")
            where = connection.execute(query).scalar_one_or_none()
        if where is None:
            assert self.path is not None  # only SQLite has a place of its own
            where = str(self.path.parent / "store")
        return Store(where)

    @contextmanager
    def writing(self, *, together: bool = False) -> Iterator[sa.Connection]:
        """One transaction that holds the write lock from its first moment.

        When the block ends well, it is on the disk. With `together`, SQLite lets the next writer in
        before it waits for the disk, so that one wait serves many.
        """
        writers = self.engine.execution_options(synchronous="NORMAL") if together else self.engine
        with self._explained():
            with self._queued(), writers.begin() as connection:
                if self.path is None:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({QUEUE})")
                    connection.exec_driver_sql(DURABLE)
                yield connection
            if together and self.path is not None:
                _settle(self.path.with_name(f"{self.path.name}-wal"))

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One transaction that sees a single moment and keeps nobody waiting."""
        options: dict[str, Any] = {"begin": "BEGIN"}
        if self.path is None:
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        readers = self.engine.execution_options(**options)
        with self._explained(), readers.begin() as connection:
            yield connection

    @contextmanager
    def _queued(self) -> Iterator[None]:
        """First come, first served: SQLite's own waiting lets the unlucky starve."""
        if self.path is None:
            yield
            return
        with locked(self.path.with_name(f".{self.path.name}.queue")):
            yield

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.IntegrityError:
            raise
        except sa.exc.DatabaseError as error:
            raise OilstoneError(
                f"{self.place}: {error.orig}; is it a registry, may you write there, and is no"
                f" other process holding it for more than {BUSY_MS // 1000} s?"
            ) from error


def _settle(log: Path) -> None:
    """Wait until what was committed is on the disk: SQLite syncs its log before it removes it."""
    with guard(log), suppress(FileNotFoundError):
        sync(log)


def open_registry(where: str, *, create: bool = False, store: str | None = None) -> Registry:
    """Open the registry at a path, `sqlite:///` URL or `postgresql+psycopg://` URL.

    `create` makes it when it is not there, with its copies in `store` (a folder or fsspec URL;
    beside the SQLite file when absent). An older registry is migrated. Raises OilstoneError when
    there is none, when it is something else, or written by a newer oilstone-registry; MissingTool
    without psycopg.
    """
    registry = _connected(where)
    found = _found(registry) if registry.path is None or registry.path.exists() else None
    if found is None and not create:
        raise OilstoneError(
            f"{registry.place}: no registry there;"
            " `oilstone-registry register ADAPTER --name NAME` makes one"
        )
    if found is not None and found > migrations.HEAD:
        raise OilstoneError(
            f"{registry.place}: written by a newer oilstone-registry (schema {found}, this one"
            f" knows {migrations.HEAD}); upgrade oilstone-registry"
        )
    if found != migrations.HEAD:
        _migrate(registry, store)
    return registry


def _connected(where: str) -> Registry:
    if "://" not in where:
        return _closing(Registry(where, Path(where), _sqlite(Path(where))))
    url = sa.make_url(where)
    if url.get_backend_name() == "sqlite" and url.database:
        return _connected(url.database)
    if url.get_backend_name() == "postgresql":
        return _closing(Registry(url.render_as_string(), None, _postgresql(url)))
    raise OilstoneError(
        f"{url.render_as_string(hide_password=True)}: give a path, sqlite:///PATH or"
        " postgresql+psycopg://USER@HOST/DATABASE"
    )


def _closing(registry: Registry) -> Registry:
    weakref.finalize(registry, registry.engine.dispose)
    return registry


def _sqlite(path: Path) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{path}")

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # sqlite3 must not begin on its own
        for setting in (f"busy_timeout={BUSY_MS}", "foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {setting}")

    @sa.event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        waits = options.get("synchronous", "FULL")
        if connection.info.get("synchronous", "FULL") != waits:
            connection.exec_driver_sql(f"PRAGMA synchronous={waits}")
            connection.info["synchronous"] = waits
        connection.exec_driver_sql(options.get("begin", "BEGIN IMMEDIATE"))

    return engine


def _postgresql(url: sa.URL) -> sa.Engine:
    try:
        return sa.create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise MissingTool(
            "a registry on PostgreSQL needs psycopg: pip install 'oilstone-registry[postgres]'"
        ) from error


def _found(registry: Registry) -> str | None:
    try:
        with registry.reading() as connection:
            return migrations.found(connection)
    except ValueError as error:
        raise OilstoneError(
            f"{registry.place}: a database, but no registry; choose another --registry"
        ) from error


def _migrate(registry: Registry, store: str | None) -> None:
    """Make or upgrade the tables, once, whoever else does it at the same moment."""
    if registry.path is not None:
        with guard(registry.path.parent):
            registry.path.parent.mkdir(parents=True, exist_ok=True)
        _write_ahead(registry)
    with registry.writing() as connection:
        found = migrations.found(connection)
        if found is None and registry.path is None and store is None:
            raise OilstoneError(
                f"{registry.place}: a new registry on PostgreSQL needs --store, the folder or URL"
                " of the adapters' copies"
            )
        if found != migrations.HEAD:
            migrations.upgrade(connection)
        if found is None and store is not None:
            connection.execute(settings.insert().values(key="store", value=_absolute(store)))


def _absolute(store: str) -> str:
    return store if "://" in store else str(Path(store).resolve())


def _write_ahead(registry: Registry) -> None:
    with registry._explained(), registry._queued():
        raw = registry.engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA journal_mode=WAL")
        except Exception as error:
            raise OilstoneError(f"{registry.place}: {error}; is it a registry?") from error
        finally:
            raw.close()
