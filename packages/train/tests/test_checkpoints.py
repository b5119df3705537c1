from pathlib import Path

import pytest

from oilstone_train import checkpoints


def saved(out: Path, step: int) -> Path:
    folder = out / f"checkpoint-{step}"
    folder.mkdir(parents=True)
    (folder / "optimizer.pt").write_bytes(bytes(range(200)))
    (folder / "trainer_state.json").write_text("{}")
    checkpoints.mark(folder)
    return folder


def test_a_marked_checkpoint_is_whole(tmp_path: Path) -> None:
    assert checkpoints.is_whole(saved(tmp_path, 10))


def test_the_newest_is_found_by_number(tmp_path: Path) -> None:
    saved(tmp_path, 20)
    newest = saved(tmp_path, 100)
    assert checkpoints.last_whole(tmp_path) == newest


def test_none_is_found_in_an_empty_or_absent_folder(tmp_path: Path) -> None:
    assert checkpoints.last_whole(tmp_path / "out") is None


def cut_off(folder: Path) -> None:
    (folder / "optimizer.pt").write_bytes(bytes(range(100)))


def altered(folder: Path) -> None:
    (folder / "optimizer.pt").write_bytes(bytes(199) + b"x")


def lacking(folder: Path) -> None:
    (folder / "trainer_state.json").unlink()


def unmarked(folder: Path) -> None:
    (folder / checkpoints.WHOLE).unlink()


def half_marked(folder: Path) -> None:
    (folder / checkpoints.WHOLE).write_text('{"optimizer.pt": [200')


@pytest.mark.parametrize("damage", [cut_off, altered, lacking, unmarked, half_marked])
def test_what_is_not_whole_is_removed_and_passed_over(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    good, bad = saved(tmp_path, 10), saved(tmp_path, 20)
    damage(bad)
    assert checkpoints.last_whole(tmp_path) == good
    assert not bad.exists()


def test_other_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "checkpoint-best").mkdir()
    checkpoints.last_whole(tmp_path)
    assert (tmp_path / "checkpoint-best").exists()
