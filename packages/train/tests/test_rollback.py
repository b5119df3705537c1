"""Real training whose guard is told that some of its losses are spikes."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from oilstone_schemas import artifact
from oilstone_schemas.command import CheckFailed
from oilstone_train.guard import Guard

from .conftest import Phase, details, run_with, telemetry

pytestmark = pytest.mark.needs_axolotl

# The worker, but for one thing: the loss logged as number 5 (step 25) is a spike so many times.
WORKER = """
from oilstone_train import guard, worker
left = [{times}]
real = guard.spike
def spike(history, loss, settings):
    if len(history) == 4 and left[0]:
        left[0] -= 1
        return True
    return real(history, loss, settings)
guard.spike = spike
if __name__ == "__main__":
    raise SystemExit(worker.main())
"""


def spiked(words: list[str], folder: Path, times: int, factor: float) -> tuple[int, str]:
    """Run a phase with a guard and injected spikes; return its exit code and what it said."""
    guard = json.dumps({"learning_rate_factor": factor})
    done = run_with(WORKER.format(times=times), folder, *words, "--set", f"guard={guard}")
    return done.returncode, done.stderr


def test_a_rollback_that_changes_nothing_ends_with_the_same_bytes(
    adapters: dict[str, Path], phase: Phase, tmp_path: Path
) -> None:
    code, said = spiked(phase(tmp_path / "out"), tmp_path, times=1, factor=1.0)
    assert code == 0, said
    name = "adapter_model.safetensors"
    assert (tmp_path / "out" / name).read_bytes() == (adapters["first"] / name).read_bytes()
    assert [(e["step"], e["to"]) for e in details(tmp_path / "out")["events"]] == [(25, 20)]


def test_a_rollback_goes_on_at_half_the_rate(
    adapters: dict[str, Path], phase: Phase, tmp_path: Path
) -> None:
    code, said = spiked(phase(tmp_path / "out"), tmp_path, times=1, factor=0.5)
    assert code == 0, said
    rates = [
        {line["step"]: line["learning_rate"] for line in telemetry(folder) if "loss" in line}
        for folder in (tmp_path / "out", adapters["first"])
    ]
    assert rates[0][20] == rates[1][20]
    assert rates[0][25] == pytest.approx(rates[1][25] / 2)
    assert len(rates[0]) == len(rates[1])


def test_the_fourth_spike_ends_it_and_leaves_no_adapter(phase: Phase, tmp_path: Path) -> None:
    code, said = spiked(phase(tmp_path / "out"), tmp_path, times=4, factor=0.5)
    assert code == 1
    assert "after 3 rollbacks" in said and "checkpoint 20 is kept" in said
    with pytest.raises(Exception, match="no artifact there"):
        artifact.load(tmp_path / "out")


@pytest.mark.parametrize("slope", [float("nan"), float("inf")])
def test_a_gradient_that_is_no_number_is_a_leap_though_the_loss_is_one(
    tmp_path: Path, slope: float
) -> None:
    from oilstone_train.engine.rollback import Rollback

    settings = {"window": 4, "rise": 0.3, "deviations": 3.0, "max_rollbacks": 3}
    rollback = Rollback(Guard(tmp_path / "guard.json", settings))
    state, args = (
        SimpleNamespace(log_history=[], global_step=5),
        SimpleNamespace(output_dir=tmp_path),
    )
    rollback.on_log(args, state, None, {"loss": 1.0, "grad_norm": 0.5})
    with pytest.raises(CheckFailed, match="step 5: the loss leapt to nan"):
        rollback.on_log(args, state, None, {"loss": 1.0, "grad_norm": slope})
