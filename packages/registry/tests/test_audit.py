"""The log: a chain from which the tables follow."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_registry import audit, view
from oilstone_registry.database import open_registry

FIELDS = ["at", "actor", "action", "reason", "name", "version", "changes", "previous", "hash"]


@pytest.fixture
def story(workshop):
    """A registry with some history."""
    workshop.production("a")
    workshop.production("b")
    workshop.tested(content="c")
    workshop.given("ab", "stop", "rust-tiny")
    workshop.given("rollback", "rust-tiny")
    return workshop


def test_replaying_the_log_gives_the_tables(story):
    with story.open().reading() as connection:
        log = list(audit.read(connection))
        assert list(audit.differences(connection, audit.replay(log))) == []


def test_a_registry_with_history_verifies(story):
    found = story.given("verify")
    assert (found["versions"], found["events"] >= 10) == (3, True)


def test_who_when_and_why_are_told(story):
    event = story.show()["events"][0]
    assert (event["actor"] != "", event["action"], event["reason"]) == (True, "register", None)


def forge(workshop, statement):
    """Change the database behind our back, its triggers gone, as an administrator could."""
    with closing(sqlite3.connect(workshop.registry)) as raw, raw:
        for (name,) in raw.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger'"
        ).fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute(statement)
    raw.close()


@pytest.fixture
def forged(sqlite):
    sqlite.production("a")
    sqlite.production("b")
    return sqlite


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE events SET actor = 'mallory' WHERE id = 3", "event 3 is not what was written"),
        ("UPDATE events SET reason = 'fine' WHERE id = 2", "event 2 is not what was written"),
        ("DELETE FROM events WHERE id = 2", "event 2 is missing"),
        ("DELETE FROM events WHERE id = (SELECT max(id) FROM events)", "not what the events say"),
        ("UPDATE versions SET status = 'gated' WHERE id = 1", "versions 1 is not what the events"),
        ("UPDATE aliases SET version_id = 1", "aliases rust-tiny/production is not what"),
        ("UPDATE versions SET decision = NULL WHERE id = 2", "versions 2 is not what the events"),
        ("UPDATE events SET changes = '[1]' WHERE id = 2", "the log cannot be replayed"),
        ("UPDATE events SET changes = '[[\"versions\", 5]]' WHERE id = 2", "cannot be replayed"),
    ],
)
def test_a_forged_row_is_found_and_named(forged, statement, said):
    forge(forged, statement)
    code, result = forged.run("verify")
    assert (code, said in result["error"]["message"]) == (1, True)


def test_a_production_version_without_a_decision_is_shown_as_that(forged):
    forge(forged, "UPDATE versions SET decision = NULL WHERE id = 2")
    shown = forged.given("show", "rust-tiny")
    assert "decision None" in view.page(shown)


def test_a_log_cut_off_with_its_tables_is_found_by_a_noted_head(forged):
    head = forged.given("verify")["head"]
    forge(forged, "DELETE FROM events")
    for table in ("aliases", "decisions", "versions"):
        forge(forged, f"DELETE FROM {table}")
    code, said = forged.run("verify", "--head", head)
    assert (code, "cut off" in said["error"]["message"]) == (1, True)


events = st.lists(st.sampled_from(["register", "gate", "promote"]), min_size=1, max_size=6)


def chain(actions):
    log, previous = [], audit.FIRST
    for number, action in enumerate(actions, start=1):
        event = dict.fromkeys(FIELDS, "x") | {"id": number, "action": action, "previous": previous}
        event["hash"] = previous = audit.digest(event)
        log.append(event)
    return log


@given(events)
def test_a_whole_chain_is_accepted(actions):
    assert list(audit.broken(chain(actions))) == []


@given(events, st.data())
def test_no_single_change_of_a_chain_goes_unnoticed(actions, data):
    log = chain(actions)
    event = data.draw(st.sampled_from(log))
    event[data.draw(st.sampled_from(FIELDS))] = "y"
    assert list(audit.broken(log)) != []


@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=6), st.data())
def test_no_removed_event_but_the_last_goes_unnoticed(actions, data):
    log = chain(actions)
    del log[data.draw(st.integers(0, len(log) - 2))]
    assert list(audit.broken(log)) != []


def test_an_older_registry_is_migrated_with_its_history(sqlite):
    """Schema 0001, as its own release wrote it."""
    sqlite.production("a")  # for the store; its database is replaced
    adapter, _ = (
        sqlite.adapter("a", "a"),
        sqlite.decision(sqlite.adapter("a", "a"), name="d"),
    )
    row = sqlite.show()["versions"][0]
    for left in sqlite.registry.parent.glob("*registry.sqlite*"):
        left.unlink()
    older(sqlite.registry, adapter.digest, row["decision"])
    registry = open_registry(str(sqlite.registry))
    shown = sqlite.show()
    told = [(one["lora_int_id"], one["status"]) for one in shown["versions"]]
    assert told == [(1, "production"), (4, "registered")]
    assert shown["generation"] == 1
    assert registry.path == sqlite.registry
    assert sqlite.registered(sqlite.adapter("c", "c"))["lora_int_id"] == 5


OLDER = """
CREATE TABLE schema_version (version INTEGER NOT NULL);
INSERT INTO schema_version VALUES (1);
CREATE TABLE versions (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,
  version TEXT NOT NULL, digest TEXT NOT NULL, base_digest TEXT, details JSON NOT NULL,
  registered_at TEXT NOT NULL, status TEXT NOT NULL, decision TEXT,
  UNIQUE (name, version), UNIQUE (name, digest));
CREATE UNIQUE INDEX one_production_version ON versions (name) WHERE status = 'production';
CREATE TABLE events (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL,
  actor TEXT NOT NULL, version_id INTEGER NOT NULL REFERENCES versions (id), from_status TEXT,
  to_status TEXT NOT NULL, decision TEXT, reason TEXT);
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'no'); END;
"""


def older(path, digest, decision):
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.executescript(OLDER)
        at = "2026-11-01T00:00:00Z"
        version = "INSERT INTO versions VALUES (?, 'rust-tiny', ?, ?, NULL, '{}', ?, ?, ?)"
        raw.execute(version, (1, "0.1.0", digest, at, "production", decision))
        raw.execute(version, (4, "0.2.0", "b" * 64, at, "registered", None))
        event = "INSERT INTO events VALUES (?, ?, 'ada', ?, ?, ?, ?, NULL)"
        raw.execute(event, (1, at, 1, None, "registered", None))
        raw.execute(event, (2, at, 1, "registered", "production", decision))
        raw.execute(event, (3, at, 4, None, "registered", None))
    raw.close()
