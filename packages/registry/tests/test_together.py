"""Many processes at once, and processes that are killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from registry_workshop import Workshop

from oilstone_registry.database import open_registry
from oilstone_registry.tables import versions
from oilstone_registry.view import show
from oilstone_schemas import artifact

WRITERS = 4
KILLS = int(os.environ.get("OILSTONE_KILLS", "1000"))  # of the slow test, per database
HAMMER = Path(__file__).with_name("registry_hammer.py")


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
    adapters = [workshop.adapter(f"a{n}", f"a{n}") for n in range(3)]
    decisions = [workshop.decision(made, name=f"d-{made.folder.name}") for made in adapters]
    for adapter in adapters:
        workshop.registered(adapter)
    words = [("promote", "rust-tiny", "--decision", made.folder) for made in decisions]
    done = finish([workshop.start(*one) for one in words])
    assert [code for code, _ in done] == [0] * 3
    statuses = sorted(row["status"] for row in workshop.show()["versions"])
    assert statuses == ["production", "retired", "retired"]


@pytest.fixture(scope="module", params=[0, 0.05])
def left(request, migrated, tmp_path_factory):
    """What a registration leaves that is killed so many seconds after its copy was begun."""
    workshop = Workshop(tmp_path_factory.mktemp("killed"), empty=migrated)
    adapter = workshop.adapter(content="weights" * 1_000_000)
    process = workshop.start("register", adapter.folder, "--name", "rust-tiny")
    while process.poll() is None and not (
        workshop.store.exists() and any(workshop.store.iterdir())
    ):
        time.sleep(0.001)
    time.sleep(request.param)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    return workshop.root


@pytest.fixture
def killed(root, left):
    """The workshop of the killed registration, a copy for each test."""
    shutil.copytree(left, root, dirs_exist_ok=True)
    return Workshop(root)


def test_killed_while_it_copies_it_leaves_nothing_that_looks_whole(killed):
    kept = killed.store / artifact.load(killed.root / "phase2").digest
    assert not kept.exists() or artifact.verify(kept, deep=False, search=[]) == []


def test_a_killed_registration_can_be_made_again(killed):
    adapter = artifact.load(killed.root / "phase2")
    assert killed.registered(adapter)["lora_int_id"] == 1


def test_what_a_killed_registration_left_is_removed_by_the_next_one(killed):
    killed.registered(killed.adapter("other", "other"))
    assert not list(killed.store.glob(".*.partial"))


def hammer(workshop, *words, **environment):
    """Run the hammer on a fresh registry; return its process, finished."""
    place = [str(workshop.registry), str(workshop.store), str(workshop.root / "hammer")]
    what, *options = map(str, words)
    return subprocess.run(
        [sys.executable, HAMMER, what, *place, *options],
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )


def found(done):
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def used_by(workshop, processes, operations):
    words = ("together", "--processes", processes, "--operations", operations)
    result = found(hammer(workshop, *words))
    return result["problems"], result["failed"], result["acknowledged"] > processes


def test_eight_processes_at_once_lose_nothing_and_count_nothing_twice(workshop):
    assert used_by(workshop, 8, 6) == ([], 0, True)


@pytest.mark.slow
@pytest.mark.parametrize("processes", [8, 32])
def test_many_processes_for_long_lose_nothing_and_count_nothing_twice(workshop, processes):
    assert used_by(workshop, processes, 60) == ([], 0, True)


def killed_at(workshop, kills, seed):
    result = found(hammer(workshop, "killed", "--kills", kills, "--seed", seed))
    return result["problems"], result["killed"] > kills // 2


def test_killed_at_named_points_it_keeps_what_it_acknowledged(workshop):
    assert killed_at(workshop, 16, 1) == ([], True)


@pytest.mark.slow
def test_killed_many_times_it_keeps_what_it_acknowledged(workshop):
    """More runs than kills: some end before they reach their point."""
    killed = 0
    for seed in range(1, 100):
        shutil.rmtree(workshop.root / "hammer", ignore_errors=True)
        result = found(hammer(fresh(workshop, seed), "killed", "--kills", 48, "--seed", seed))
        assert result["problems"] == []
        killed += result["killed"]
        if killed >= KILLS:
            return
    raise AssertionError(f"only {killed} kills")


def fresh(workshop, number):
    """The same database with nothing in it: a file of its own, or a schema of its own."""
    if not workshop.on_server:
        workshop.registry = workshop.root / f"{number}.sqlite"
        return workshop
    url = workshop.registry.partition("&options=")[0]
    subprocess.run(
        [sys.executable, "-c", SCHEMA, url, f"run{number}"], check=True, capture_output=True
    )
    workshop.registry = f"{url}&options=-csearch_path%3Drun{number}"
    return workshop


SCHEMA = """
import sys
import sqlalchemy as sa
with sa.create_engine(sys.argv[1], poolclass=sa.NullPool).begin() as connection:
    connection.exec_driver_sql(f"CREATE SCHEMA {sys.argv[2]}")
"""


@pytest.fixture
def power_cut(sqlite, tmp_path):
    """Run promotions, cut the power, and return (what was acknowledged, what the disk holds)."""
    if shutil.which("cc") is None:
        pytest.skip("no C compiler on this machine")
    library, survives = tmp_path / "lose.so", tmp_path / "survives"
    source = Path(__file__).with_name("lose_unsynced.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)

    def cut(*words):
        watched = {"WATCHED": str(sqlite.root), "SURVIVES": str(survives)}
        done = hammer(sqlite, *words, LD_PRELOAD=str(library), **watched)
        assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]
        left = survives / str(sqlite.registry).lstrip("/")
        return [json.loads(line) for line in done.stdout.splitlines()], left

    return cut


def test_a_power_cut_loses_no_acknowledged_promotion(power_cut):
    acknowledged, left = power_cut("promoting", "--operations", 9)
    registry = open_registry(str(left))
    shown = show(registry, "shared-a")
    assert shown["production"]["version"] == acknowledged[-1]["version"]
    assert shown["generation"] == len(acknowledged) + 1


def test_a_power_cut_loses_no_acknowledged_registration(power_cut):
    acknowledged, left = power_cut("registering", "--operations", 5)
    with open_registry(str(left)).reading() as connection:
        kept = {row.name for row in connection.execute(sa.select(versions))}
    assert len(acknowledged) == 6 and {one["name"] for one in acknowledged} <= kept


def test_a_power_cut_leaves_every_stored_file_whole(power_cut):
    _, left = power_cut("promoting", "--operations", 2)
    for folder in (left.parent / "store").glob("[0-9a-f]*"):
        assert artifact.verify(folder) == []
    assert len(list((left.parent / "store").glob("[0-9a-f]*"))) >= 4


def test_the_power_cut_finds_out_who_does_not_wait_for_the_disk(power_cut):
    """The counter-proof: the same promotions with synchronous=OFF are gone."""
    acknowledged, left = power_cut("promoting", "--operations", 9, "--careless")
    generation = show(open_registry(str(left)), "shared-a")["generation"]
    assert generation < len(acknowledged) + 1
