"""Many processes at once, and processes that are killed."""

import json
import signal
import time

import pytest

from oilstone_schemas import artifact

WRITERS = 6


def finish(processes):
    """Wait for all; return (exit code, result) of each."""
    outs = [process.communicate(timeout=120)[0] for process in processes]
    pairs = zip(processes, outs, strict=True)
    return [(process.returncode, json.loads(out)) for process, out in pairs]


def test_registered_at_once_each_has_its_own_id_and_version(workshop):
    adapters = [workshop.adapter(f"a{n}", f"a{n}") for n in range(WRITERS)]
    words = ("--name", "rust-tiny")
    done = finish([workshop.start("register", made.folder, *words) for made in adapters])
    assert [code for code, _ in done] == [0] * WRITERS
    assert sorted(row["lora_int_id"] for _, row in done) == list(range(1, WRITERS + 1))
    assert len({row["version"] for _, row in done}) == WRITERS


def test_the_same_adapter_registered_at_once_is_one_version(workshop):
    adapter = workshop.adapter()
    words = ("register", adapter.folder, "--name", "rust-tiny")
    done = finish([workshop.start(*words) for _ in range(WRITERS)])
    assert sorted(row["new"] for _, row in done) == [False] * (WRITERS - 1) + [True]


def test_promoted_at_once_one_version_is_in_production(workshop):
    adapters = [workshop.adapter(f"a{n}", f"a{n}") for n in range(4)]
    decisions = [workshop.decision(made, name=f"d-{made.folder.name}") for made in adapters]
    for adapter in adapters:
        workshop.registered(adapter)
    words = [("promote", "rust-tiny", "--decision", made.folder) for made in decisions]
    done = finish([workshop.start(*one) for one in words])
    assert [code for code, _ in done] == [0] * 4
    statuses = sorted(row["status"] for row in workshop.show()["versions"])
    assert statuses == ["production", "retired", "retired", "retired"]


@pytest.fixture(params=[0, 0.05])
def killed(workshop, request):
    """An adapter whose registration was killed so many seconds after its copy was begun."""
    adapter = workshop.adapter(content="weights" * 2_000_000)
    store = workshop.store
    process = workshop.start("register", adapter.folder, "--name", "rust-tiny")
    while process.poll() is None and not (store.exists() and any(store.iterdir())):
        time.sleep(0.001)
    time.sleep(request.param)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    return adapter


def test_killed_while_it_copies_it_leaves_nothing_that_looks_whole(workshop, killed):
    kept = workshop.store / killed.digest
    assert not kept.exists() or artifact.verify(kept, deep=False, search=[]) == []


def test_a_killed_registration_can_be_made_again(workshop, killed):
    assert workshop.registered(killed)["lora_int_id"] == 1


def test_what_a_killed_registration_left_is_removed_by_the_next_one(workshop, killed):
    workshop.registered(workshop.adapter("other", "other"))
    assert not list((workshop.store).glob(".*.partial"))
