"""Real training with memories: what it writes down, killed, rolled back, given up."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from oilstone_schemas import artifact
from oilstone_train import layout, telemetry
from oilstone_train.stage2 import clipping, schedule

from .conftest import Phase, command, details, run, run_with

pytestmark = [pytest.mark.needs_axolotl, pytest.mark.slow]

SCHEDULE = {"shape": "exponential", "start": 8, "gamma": 0.9}
SAFETY = {"every": 5, "rise": 100, "learning_rate_factor": 1.0}
MONITOR = {"begin": 10, "check": 25, "growth": 1.01, "polarized": 0.01, "collapsed": 1e-6}
MEMORY = {
    "layers": [0], "window": 16, "key_size": 32, "value_size": 32, "schedule": SCHEDULE,
    "clipping": {"layers": [{"layer": 1, "base": 1e-3}]},
    "polarization": {"start": 0.1}, "safety": SAFETY, "monitor": MONITOR,
}  # fmt: skip
# The worker, but for one thing: so many looks from the fifth on (step 25) see a leap.
WORKER = """
from oilstone_train import worker
from oilstone_train.stage2 import perplexities
looks, left = [0], [{times}]
def leaps(rise, settings):
    looks[0] += 1
    if looks[0] < 5 or not left[0]:
        return False
    left[0] -= 1
    return True
perplexities.leaps = leaps
if __name__ == "__main__":
    raise SystemExit(worker.main())
"""


def remembering(phase: Phase, out: Path, **other: Any) -> list[str]:
    return [*phase(out), "--set", f"memory={json.dumps({**MEMORY, **other})}"]


@pytest.fixture(scope="module")
def whole(phase: Phase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("memory") / "whole"
    done = run(*remembering(phase, out))
    assert done.returncode == 0, done.stderr
    return out


def lines(adapter: Path) -> list[dict[str, Any]]:
    return telemetry.read(adapter / layout.MEMORY)


def test_every_step_has_the_chunk_size_and_the_limit_of_its_schedule(whole: Path) -> None:
    recipe = artifact.load(whole).data["recipe"]["memory"]
    steps = [line for line in lines(whole) if "limit" in line]
    assert [line["step"] for line in steps] == list(range(1, 31))
    for line in steps:
        now = line["step"] - 1
        assert line["chunk"] == schedule.size(now, recipe["schedule"])
        assert line["limit"] == clipping.limit(now, recipe["schedule"], recipe["clipping"])


def test_a_layer_with_a_limit_of_its_own_is_cut_by_it(whole: Path) -> None:
    recipe = artifact.load(whole).data["recipe"]["memory"]
    steps = [line for line in lines(whole) if "limit" in line]
    for line in steps:
        wanted = clipping.limits(line["step"] - 1, recipe["schedule"], recipe["clipping"])
        assert line["layers"]["1"]["limit"] == wanted[1]
    assert any(line["layers"]["1"]["grad_norm"] > line["layers"]["1"]["limit"] for line in steps)


def test_the_variance_of_the_gates_is_noted_once(whole: Path) -> None:
    noted = [line for line in lines(whole) if "gate_variance" in line]
    assert [line["step"] for line in noted] == [10] and noted[0]["gate_variance"] > 0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"growth": 100, "polarized": 1.0}, "step 25: the variance of the gates went from"),
        ({"collapsed": 0.6}, "step 10: all gates are alike"),
    ],
    ids=["stayed", "collapsed"],
)
def test_gates_that_do_not_come_apart_end_it(
    phase: Phase, tmp_path: Path, changed: dict[str, float], words: str
) -> None:
    done = run(*remembering(phase, tmp_path / "out", monitor={**MONITOR, **changed}))
    assert done.returncode == 1 and words in done.stderr, done.stderr
    with pytest.raises(Exception, match="no artifact there"):
        artifact.load(tmp_path / "out")


def test_it_looks_as_often_as_the_recipe_says(whole: Path) -> None:
    looks = [line for line in lines(whole) if "leapt" in line]
    assert [line["step"] for line in looks] == [5, 10, 15, 20, 25, 30]
    assert not any(line["leapt"] for line in looks)


def test_the_memory_is_in_the_adapter_and_its_manifest_names_the_loader(whole: Path) -> None:
    from safetensors import safe_open

    with safe_open(whole / layout.ADAPTER[1], "pt") as tensors:
        assert any("memory_branch" in name for name in tensors.keys())  # noqa: SIM118
    assert details(whole)["loader"] == "memory"


def test_killed_in_the_middle_it_ends_with_the_same_bytes(
    whole: Path, phase: Phase, tmp_path: Path
) -> None:
    words = remembering(phase, tmp_path / "killed")
    process = subprocess.Popen(command(*words), stderr=subprocess.DEVNULL)
    while not list(tmp_path.glob(".killed*/work/out/checkpoint-20/whole.json")):
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()
    done = run(*words)
    assert done.returncode == 0 and "going on from step 20" in done.stderr, done.stderr
    assert artifact.load(tmp_path / "killed").digest == artifact.load(whole).digest


def leapt(words: list[str], folder: Path, times: int) -> tuple[int, str]:
    done = run_with(WORKER.format(times=times), folder, *words)
    return done.returncode, done.stderr


def test_a_rollback_that_changes_nothing_ends_with_the_same_bytes(
    whole: Path, phase: Phase, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    code, said = leapt(remembering(phase, out), tmp_path, times=1)
    assert code == 0, said
    for name in (layout.ADAPTER[1], layout.MEMORY):
        assert (out / name).read_bytes() == (whole / name).read_bytes()
    assert [(e["step"], e["to"]) for e in details(out)["events"]] == [(25, 20)]


def test_the_fourth_leap_ends_it_and_leaves_no_adapter(phase: Phase, tmp_path: Path) -> None:
    code, said = leapt(remembering(phase, tmp_path / "out"), tmp_path, times=4)
    assert code == 1 and "after 3 rollbacks" in said, said
    with pytest.raises(Exception, match="no artifact there"):
        artifact.load(tmp_path / "out")
