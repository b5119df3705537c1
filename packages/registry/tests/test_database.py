"""The database itself: what it refuses, whoever asks."""

import sqlite3

import pytest
import sqlalchemy as sa

from oilstone_registry.database import open_registry
from oilstone_registry.tables import SCHEMA, events, versions
from oilstone_schemas.command import OilstoneError

ROW = {
    "name": "rust-tiny",
    "version": "0.1.0",
    "digest": "a" * 64,
    "details": {},
    "registered_at": "2026-01-01T00:00:00Z",
    "status": "production",
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "registry.sqlite"


@pytest.fixture
def registry(path):
    return open_registry(str(path), create=True)


def change(registry, statement):
    with registry.writing() as connection:
        connection.execute(statement)


def test_two_production_versions_of_one_name_cannot_be_written(registry):
    change(registry, versions.insert().values(ROW))
    other = ROW | {"version": "0.2.0", "digest": "b" * 64}
    with pytest.raises(sa.exc.IntegrityError):
        change(registry, versions.insert().values(other))


@pytest.mark.parametrize(
    "statement",
    [
        events.update().values(actor="somebody else"),
        events.delete(),
        versions.delete(),
        versions.update().values(digest="c" * 64),
    ],
)
def test_history_cannot_be_rewritten(registry, statement):
    change(registry, versions.insert().values(ROW))
    event = {"at": "now", "actor": "ada", "version_id": 1, "to_status": "registered"}
    change(registry, events.insert().values(event))
    with pytest.raises(sa.exc.IntegrityError):
        change(registry, statement)


def test_an_event_of_no_version_cannot_be_written(registry):
    event = {"at": "now", "actor": "ada", "version_id": 9, "to_status": "registered"}
    with pytest.raises(sa.exc.IntegrityError):
        change(registry, events.insert().values(event))


@pytest.mark.parametrize(
    ("setting", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)]
)
def test_the_settings_that_keep_what_was_acknowledged(registry, setting, value):
    with registry.reading() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {setting}").scalar_one() == value


def test_a_registry_written_by_a_newer_version_is_refused(registry, path):
    change(registry, sa.text("UPDATE schema_version SET version = version + 1"))
    with pytest.raises(OilstoneError, match=f"schema {SCHEMA + 1}.*upgrade oilstone-registry"):
        open_registry(str(path))


def test_another_database_is_refused(path):
    with sqlite3.connect(path) as other:
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
