"""oilstone-registry register, list and show."""

import shutil

import pytest

from oilstone_schemas import artifact, canonical, manifest


def test_the_first_version_is_0_1_0_with_id_1(workshop):
    words = ("register", workshop.adapter().folder, "--name", "rust-tiny")
    code, row = workshop.installed(*words)
    assert (code, row["new"], row["version"], row["lora_int_id"]) == (0, True, "0.1.0", 1)


def test_the_same_adapter_again_is_already_registered(workshop):
    workshop.registered(workshop.adapter())
    again = workshop.register(workshop.adapter())
    assert (again[0], again[1]["new"], again[1]["lora_int_id"]) == (0, False, 1)


def test_another_adapter_is_the_next_version(workshop):
    workshop.registered(workshop.adapter())
    _, row = workshop.register(workshop.adapter(content="other"))
    assert (row["version"], row["lora_int_id"]) == ("0.2.0", 2)


def test_a_version_may_be_chosen(workshop):
    assert workshop.register(workshop.adapter(), "--version", "2.0.0")[1]["version"] == "2.0.0"


def test_a_version_that_another_adapter_has_is_refused(workshop):
    workshop.registered(workshop.adapter(), "--version", "1.0.0")
    code, said = workshop.register(workshop.adapter(content="b"), "--version", "1.0.0")
    assert (code, "1.0.0 is another adapter" in said["error"]["message"]) == (2, True)


def test_an_adapter_does_not_get_a_second_version(workshop):
    workshop.registered(workshop.adapter(), "--version", "1.0.0")
    code, said = workshop.register(workshop.adapter(), "--version", "2.0.0")
    assert (code, "is rust-tiny@1.0.0 already" in said["error"]["message"]) == (2, True)


@pytest.mark.parametrize("file", ["adapter_model.safetensors", "manifest.json"])
def test_an_adapter_with_one_byte_changed_is_refused(workshop, file):
    adapter = workshop.adapter()
    path = adapter.folder / file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    code, said = workshop.register(adapter)
    assert (code, str(path) in said["error"]["message"]) == (2, True)


def test_what_is_no_adapter_is_refused(workshop):
    words = ("register", workshop.report("r", None).folder, "--name", "rust-tiny")
    code, said = workshop.installed(*words)
    assert (code, "not adapter" in said["error"]["message"]) == (2, True)


def test_the_same_content_made_at_another_time_is_promoted_under_another_name(workshop):
    """One digest, two seals: the store holds one copy, and both names rest on it."""
    adapter = workshop.adapter()
    workshop.registered(adapter)
    path = adapter.folder / "manifest.json"
    data = canonical.loads(path.read_bytes()) | {"created_at": "2020-01-01T00:00:00Z"}
    path.write_bytes(canonical.pretty(data | {"seal": manifest.seal(data)}))
    workshop.registered(adapter, name="other")
    decision = workshop.decision(artifact.load(adapter.folder))
    assert workshop.promoted("other", decision)["status"] == "production"
    assert workshop.given("verify")["versions"] == 2


def test_a_deleted_work_folder_loses_nothing(workshop):
    adapter = workshop.adapter()
    workshop.register(adapter)
    shutil.rmtree(adapter.folder)
    kept = workshop.store / adapter.digest
    assert artifact.verify(kept, deep=False, search=[]) == []


def test_list_shows_every_version_of_every_name(workshop):
    workshop.registered(workshop.adapter(content="a"))
    workshop.registered(workshop.adapter(content="b"))
    workshop.registered(workshop.adapter(content="b"), name="another")
    listed = [(row["name"], row["version"]) for row in workshop.run("list")[1]["versions"]]
    assert listed == [("another", "0.1.0"), ("rust-tiny", "0.1.0"), ("rust-tiny", "0.2.0")]


def test_the_log_says_who_and_why(workshop):
    workshop.registered(workshop.adapter(), "--as", "ada", "--reason", "first try")
    event = workshop.show()["events"][0]
    said = (event["actor"], event["reason"], event["from_status"], event["to_status"])
    assert said == ("ada", "first try", None, "registered")


def test_a_name_that_is_not_registered_is_refused(workshop):
    workshop.registered(workshop.adapter())
    assert workshop.run("show", "shell-tiny")[0] == 2


def test_people_get_a_table(workshop, command):
    adapter = workshop.adapter()
    workshop.registered(adapter)
    printed = command("list", "--registry", workshop.registry).stdout.splitlines()
    assert printed[1].split()[:5] == ["rust-tiny", "0.1.0", "registered", "1", adapter.digest[:12]]


def test_the_registry_may_be_named_by_the_environment(sqlite, command):
    sqlite.registered(sqlite.adapter())
    done = command("show", "rust-tiny", OILSTONE_REGISTRY=f"sqlite:///{sqlite.registry}")
    assert done.stdout.startswith("rust-tiny: no version is in production")


@pytest.mark.parametrize("words", [("list",), ("list", "--registry", "mysql://host/db")])
def test_a_registry_that_is_not_named_or_not_known_is_wrong_use(command, words):
    assert command(*words).returncode == 2
