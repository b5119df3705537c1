import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_schemas.command import CheckFailed
from oilstone_train import checkpoints
from oilstone_train.guard import Guard, spike

SETTINGS = {
    "window": 4, "rise": 0.3, "deviations": 3.0, "max_rollbacks": 3, "learning_rate_factor": 0.5,
}  # fmt: skip
LOSS = st.floats(0.01, 20)


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_no_number_is_a_spike_at_once(loss: float) -> None:
    assert spike([], loss, SETTINGS)


@given(st.lists(LOSS, max_size=3), LOSS)
def test_before_the_window_is_full_no_number_is_a_spike(history: list[float], loss: float) -> None:
    assert not spike(history, loss, SETTINGS)


@given(st.lists(LOSS, min_size=4))
def test_a_loss_below_the_mean_is_none(history: list[float]) -> None:
    assert not spike(history, min(history[-4:]), SETTINGS)


@given(st.lists(LOSS, min_size=4), LOSS)
def test_what_is_a_spike_stays_one_when_it_is_higher(history: list[float], loss: float) -> None:
    if spike(history, loss, SETTINGS):
        assert spike(history, loss + 1, SETTINGS)


def test_only_the_window_counts() -> None:
    assert spike([90.0, 1, 1, 1, 1], 1.4, SETTINGS)


def test_a_noisy_window_forgives_more() -> None:
    assert not spike([0.5, 1.5, 0.5, 1.5], 1.4, SETTINGS)


def saved(out: Path, step: int) -> Path:
    folder = out / f"checkpoint-{step}"
    folder.mkdir(parents=True)
    (folder / "weights").write_text("w")
    checkpoints.mark(folder)
    return folder


def test_it_goes_back_to_the_newest_whole_checkpoint(tmp_path: Path) -> None:
    saved(tmp_path / "out", 10)
    cut_off = saved(tmp_path / "out", 20)
    (cut_off / "weights").write_text("")
    guard = Guard(tmp_path / "guard.json", SETTINGS)
    assert guard.see(25, True, math.nan, tmp_path / "out")
    assert guard.back == tmp_path / "out" / "checkpoint-10"


def test_the_fourth_spike_gives_up_even_after_crashes(tmp_path: Path) -> None:
    saved(tmp_path / "out", 10)
    for _ in range(3):
        assert Guard(tmp_path / "guard.json", SETTINGS).see(15, True, math.nan, tmp_path / "out")
    with pytest.raises(CheckFailed, match=r"after 3 rollbacks.*checkpoint 10 is kept"):
        Guard(tmp_path / "guard.json", SETTINGS).see(15, True, math.nan, tmp_path / "out")


def test_a_spike_before_the_first_checkpoint_gives_up(tmp_path: Path) -> None:
    with pytest.raises(CheckFailed, match="no checkpoint yet"):
        Guard(tmp_path / "guard.json", SETTINGS).see(5, True, math.nan, tmp_path / "out")


def test_each_rollback_halves_the_rate(tmp_path: Path) -> None:
    saved(tmp_path / "out", 10)
    guard = Guard(tmp_path / "guard.json", SETTINGS)
    factors = [guard.factor]
    for _ in range(2):
        guard.see(15, True, math.nan, tmp_path / "out")
        factors.append(guard.factor)
    assert factors == [1.0, 0.5, 0.25]


def test_what_happened_is_written_down(tmp_path: Path) -> None:
    saved(tmp_path / "out", 10)
    Guard(tmp_path / "guard.json", SETTINGS).see(15, True, math.nan, tmp_path / "out")
    told = json.loads((tmp_path / "guard.json").read_text())
    assert told == [{"event": "rollback", "step": 15, "loss": None, "to": 10}]
