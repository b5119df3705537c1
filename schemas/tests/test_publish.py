import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from oilstone_schemas import artifact
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError

Make = Callable[..., Manifest]
EVENTS = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree"}


def _killed_at(moment: int, work: Callable[[], Any]) -> bool:
    """Do `work` in a child that kill -9 ends at its `moment`-th step on the disk."""
    child = os.fork()
    if child == 0:
        steps = 0

        def count(event: str, arguments: object) -> None:
            nonlocal steps
            steps += event in EVENTS
            if event in EVENTS and steps == moment:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            work()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _moments(work: Callable[[], Any]) -> Iterator[int]:
    moment = 1
    while _killed_at(moment, work):
        yield moment
        moment += 1


def test_killed_anywhere_a_new_artifact_is_whole_or_absent(tmp_path: Path, make: Make) -> None:
    out = tmp_path / "out"
    seen = set()
    for _ in _moments(lambda: make(out, {"one": b"1", "deep/two": b"2"})):
        seen.add(out.exists())
        assert not out.exists() or artifact.verify(out, deep=True, search=[]) == []
    assert seen == {False, True}


def test_killed_anywhere_an_older_artifact_stays_until_the_new_one_is_there(
    tmp_path: Path, make: Make
) -> None:
    out = tmp_path / "out"
    digests = set()
    old = make(out, {"one": b"old"}, seed=1).digest
    for _ in _moments(lambda: make(out, {"one": b"new"}, seed=2)):
        digests.add(artifact.load(out).digest)
        assert artifact.verify(out, deep=True, search=[]) == []
        make(out, {"one": b"old"}, seed=1)
    assert digests == {old, make(tmp_path / "other", {"one": b"new"}, seed=2).digest}


def test_a_killed_swap_is_undone_by_current(tmp_path: Path, make: Make) -> None:
    made = make(tmp_path / "out", {"one": b"1"})
    (tmp_path / "out").rename(tmp_path / ".out.old")
    assert artifact.current(tmp_path / "out", made.request) == made


def test_half_an_old_artifact_is_never_restored(tmp_path: Path, make: Make) -> None:
    make(tmp_path / "out", {"one": b"1"})
    (tmp_path / "out").rename(tmp_path / ".out.old")
    (tmp_path / ".out.old" / "manifest.json").unlink()
    artifact.current(tmp_path / "out", "0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_beside_a_published_artifact(tmp_path: Path, make: Make) -> None:
    make(tmp_path / "out", {"one": b"1"})
    make(tmp_path / "out", {"one": b"2"})
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_stage_starts_empty(tmp_path: Path) -> None:
    (artifact.stage(tmp_path / "out", "a" * 64) / "left").write_text("")
    assert list(artifact.stage(tmp_path / "out", "a" * 64).iterdir()) == []


def test_a_resumed_stage_keeps_its_files(tmp_path: Path) -> None:
    (artifact.stage(tmp_path / "out", "a" * 64) / "left").write_text("")
    resumed = artifact.stage(tmp_path / "out", "a" * 64, resume=True)
    assert [path.name for path in resumed.iterdir()] == ["left"]


def test_stages_of_other_requests_go(tmp_path: Path) -> None:
    artifact.stage(tmp_path / "out", "a" * 64)
    kept = artifact.stage(tmp_path / "out", "b" * 64)
    assert list(tmp_path.iterdir()) == [kept]


def test_stages_of_other_artifacts_stay(tmp_path: Path) -> None:
    other = artifact.stage(tmp_path / "out.more", "a" * 64)
    artifact.stage(tmp_path / "out", "b" * 64)
    assert other.exists()


def test_two_processes_do_not_build_one_artifact(tmp_path: Path) -> None:
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        artifact.stage(tmp_path / "out", "a" * 64)
        os.write(theirs, b"!")
        signal.pause()
    os.read(ours, 1)
    try:
        with pytest.raises(OilstoneError, match="another process is building it"):
            artifact.stage(tmp_path / "out", "b" * 64)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("")
    with pytest.raises(OilstoneError, match="no Oilstone artifact; they are left alone"):
        artifact.stage(tmp_path / "out", "a" * 64)


def test_an_artifact_of_another_kind_is_left_alone(tmp_path: Path, make: Make) -> None:
    make(tmp_path / "out", {"one": b"1"}, "base")
    with pytest.raises(OilstoneError, match="of kind base, this is one of kind samples"):
        make(tmp_path / "out", {"one": b"1"}, "samples")


def test_a_link_is_no_part_of_an_artifact(tmp_path: Path) -> None:
    stage = artifact.stage(tmp_path / "out", "a" * 64)
    (stage / "link").symlink_to("/etc/hosts")
    with pytest.raises(OilstoneError, match="link: an artifact holds plain files"):
        artifact.publish(
            stage,
            tmp_path / "out",
            kind="base",
            producer="oilstone-schemas",
            recipe={},
            seed=1,
            inputs=[],
            request="a" * 64,
        )


def test_what_a_killed_writer_left_is_no_part_of_an_artifact(tmp_path: Path, make: Make) -> None:
    made = make(tmp_path / "out", {"one": b"1", "deep/.one.tmp": b"half"})
    assert [entry["path"] for entry in made.data["files"]] == ["one"]
