"""The database itself: what it refuses, whoever asks."""

import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa

from oilstone_registry import migrations
from oilstone_registry.database import open_registry
from oilstone_registry.tables import decisions, events, experiments, metadata, outcomes, versions
from oilstone_schemas.command import OilstoneError

ROW = {
    "name": "rust-tiny",
    "version": "0.1.0",
    "digest": "a" * 64,
    "domains": [],
    "details": {},
    "registered_at": "2026-01-01T00:00:00Z",
    "status": "production",
}
EVENT = {
    "id": 1,
    "at": "2026-01-01T00:00:00Z",
    "actor": "ada",
    "action": "register",
    "name": "rust-tiny",
    "changes": "[]",
    "previous": "0" * 64,
    "hash": "a" * 64,
}
DECISION = {key: "d" for key in ("digest", "adapter", "report", "gates", "verdict")}
EXPERIMENT = {
    "experiment": "rust-tiny-1",
    "name": "rust-tiny",
    "control_id": 1,
    "candidate_id": 1,
    "plan": {},
    "traffic": 1000,
    "status": "running",
    "started_at": "now",
}
OUTCOME = {
    "experiment_id": 1,
    "version_id": 1,
    "request_id": "r",
    "unit_hash": "u",
    "arm": "control",
    "probability": 0.5,
    "time": "now",
    "outcome": 1.0,
    "kind": "judged",
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "registry.sqlite"


@pytest.fixture
def registry(workshop):
    return workshop.open()


def change(registry, *statements):
    with registry.writing() as connection:
        for statement in statements:
            connection.execute(statement)


def test_two_production_versions_of_one_name_cannot_be_written(registry):
    change(registry, versions.insert().values(ROW))
    other = ROW | {"version": "0.2.0", "digest": "b" * 64}
    with pytest.raises(sa.exc.IntegrityError):
        change(registry, versions.insert().values(other))


def test_two_running_tests_of_one_name_cannot_be_written(registry):
    change(registry, versions.insert().values(ROW), experiments.insert().values(EXPERIMENT))
    with pytest.raises(sa.exc.IntegrityError):
        change(registry, experiments.insert().values(EXPERIMENT | {"experiment": "other"}))


@pytest.fixture
def filled(registry):
    change(
        registry,
        versions.insert().values(ROW),
        events.insert().values(EVENT),
        decisions.insert().values(DECISION),
        experiments.insert().values(EXPERIMENT),
        outcomes.insert().values(OUTCOME),
    )
    return registry


@pytest.mark.parametrize(
    "statement",
    [
        events.update().values(actor="somebody else"),
        events.delete(),
        outcomes.update().values(outcome=0.0),
        outcomes.delete(),
        decisions.update().values(verdict="passed"),
        decisions.delete(),
        versions.delete(),
        versions.update().values(digest="c" * 64),
    ],
    ids=str,
)
def test_history_cannot_be_rewritten(filled, statement):
    with pytest.raises(sa.exc.IntegrityError):
        change(filled, statement)


def test_a_version_may_move_on(filled):
    change(filled, versions.update().values(dict(ROW, status="retired")))


@pytest.mark.parametrize(
    ("setting", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)]
)
def test_the_settings_that_keep_what_was_acknowledged(sqlite, setting, value):
    with sqlite.open().writing() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {setting}").scalar_one() == value


def test_postgresql_waits_for_the_disk_even_where_it_was_told_not_to(workshop):
    registry = workshop.open()
    if registry.path is not None:
        pytest.skip("SQLite has its own setting")
    with registry.engine.begin() as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
    registry.engine.dispose()
    with registry.writing() as connection:
        shown = connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()
    assert shown == "on"


def test_a_registry_written_by_a_newer_version_is_refused(workshop, registry):
    change(registry, sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(OilstoneError, match=r"schema 9999.*upgrade oilstone-registry"):
        workshop.open()


def test_another_database_is_refused(path):
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE songs (title)")
    with pytest.raises(OilstoneError, match="no registry"):
        open_registry(str(path), create=True)


def test_a_file_that_is_no_database_is_refused(path):
    path.write_text("songs, " * 100)
    with pytest.raises(OilstoneError, match="not a database"):
        open_registry(str(path), create=True)


def test_reading_a_registry_that_is_not_there_does_not_make_one(path):
    with pytest.raises(OilstoneError, match="no registry there"):
        open_registry(str(path))
    assert not path.exists()


def test_a_new_registry_on_postgresql_needs_a_store(cluster):
    if cluster is None:
        pytest.skip("no PostgreSQL or no psycopg on this machine")
    with pytest.raises(OilstoneError, match="needs --store"):
        open_registry(cluster.database(), create=True)


def test_a_password_is_never_in_a_message(capsys):
    with pytest.raises(OilstoneError) as raised:
        open_registry("mysql://ada:secret@host/registry")
    assert "secret" not in str(raised.value)


def test_the_migrations_give_the_tables_that_the_code_expects(registry):
    """Alembic's own comparison: names, columns, types, keys, indexes."""
    pytest.importorskip("alembic")
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with registry.reading() as connection:
        context = MigrationContext.configure(connection)
        found = compare_metadata(context, metadata)
        names = {getattr(one[1], "name", one[1]) for one in found if isinstance(one, tuple)}
        assert (names - {"alembic_version"}, migrations.found(connection)) == (set(), "0002")
