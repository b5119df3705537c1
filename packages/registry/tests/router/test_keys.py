"""API keys: shown once, kept as hashes, good for their scopes."""

import pytest

from oilstone_registry.router import keys
from oilstone_schemas.command import OilstoneError


@pytest.fixture
def file(tmp_path):
    return tmp_path / "keys.json"


def bearer(key):
    return f"Bearer {key}".encode()


def test_a_key_is_found_with_its_scopes(file):
    _, key = keys.add(file, "app", ["inference", "outcomes"], 3)
    found = keys.Keys(file).find(bearer(key))
    assert (found.name, found.scopes, found.most) == ("app", {"inference", "outcomes"}, 3)


def test_the_file_does_not_hold_the_key(file):
    _, key = keys.add(file, "app", ["admin"], None)
    assert key not in file.read_text()
    assert key.rpartition("-")[2] not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("spoilt", ["", "x", "osk-", "Bearer", None])
def test_nothing_else_is_found(file, spoilt):
    keys.add(file, "app", ["admin"], None)
    assert keys.Keys(file).find(spoilt and spoilt.encode()) is None


def test_a_right_id_with_a_wrong_secret_is_not_found(file):
    number, key = keys.add(file, "app", ["admin"], None)
    other = f"osk-{number}-" + "A" * 43
    assert keys.Keys(file).find(bearer(other)) is None
    assert keys.Keys(file).find(bearer(key + "x")) is None


def test_a_removed_key_is_gone_at_the_next_look(file):
    _, key = keys.add(file, "app", ["admin"], None)
    known = keys.Keys(file)
    keys.remove(file, "app")
    known.refresh()
    assert known.find(bearer(key)) is None


def test_a_broken_file_leaves_the_last_good_keys(file):
    _, key = keys.add(file, "app", ["admin"], None)
    known = keys.Keys(file)
    file.write_text("{")
    known.refresh()
    assert known.error is not None
    assert known.find(bearer(key)) is not None


def test_a_name_is_given_once(file):
    keys.add(file, "app", ["admin"], None)
    with pytest.raises(OilstoneError, match="already"):
        keys.add(file, "app", ["admin"], None)


def test_the_command_makes_lists_and_removes_keys(file, sqlite):
    from registry_workshop import raw

    made = raw("keys", "add", "app", "--scope", "inference", "--keys", file)
    assert keys.Keys(file).find(bearer(made.stdout.strip())) is not None
    listed = raw("keys", "list", "--keys", file)
    assert "app" in listed.stdout
    assert made.stdout.strip() not in listed.stdout
    assert raw("keys", "remove", "app", "--keys", file).returncode == 0
    assert raw("keys", "remove", "app", "--keys", file).returncode == 2
