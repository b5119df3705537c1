"""Whatever happens to a run: it is resumed to the very same bytes, or ends with a clear error, and
no folder looks like a whole adapter that is none."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from oilstone_schemas import artifact
from oilstone_train import layout, making

from .conftest import Phase, command, details, run, run_with, telemetry
from .processes import LIMIT, kill, started, wait, workers, working_in

SHORT = (
    "training.eval_steps=5", "training.save_steps=5", "rows.max_rows=60", "evaluation.max_rows=8",
)  # fmt: skip
CHAINS, KILLS = 2, 10  # at one time; in each
VICTIMS = ("command", "worker", "both")


def short(phase: Phase, out: Path) -> list[str]:
    return [*phase(out), *(word for pair in SHORT for word in ("--set", pair))]


def files(folder: Path) -> frozenset[tuple[str, int]]:
    """Return all files below a folder, hidden ones too, with their sizes."""
    found = set()
    for here, _, names in os.walk(folder):
        for name in names:
            try:
                path = Path(here, name)
                found.add((str(path), path.stat().st_size))
            except FileNotFoundError:
                continue
    return frozenset(found)


def changes(process: subprocess.Popen[bytes], folder: Path) -> Iterator[int]:
    """Count the moments at which files came, went or grew, until the process ends."""
    before, count = files(folder), 0
    while process.poll() is None:
        now = files(folder)
        if now != before:
            before, count = now, count + 1
            yield count
        time.sleep(0.004)


@dataclass
class Drill:
    """One output folder, over and over killed while an adapter is made in it."""

    words: list[str]
    out: Path
    whole: set[str]  # digests of what may stand there

    def killed(self, moment: int, victim: str) -> bool:
        """Start, and kill at the so-manieth change of a file; False when it ended before."""
        process = started(self.words, self.out.parent / "log")
        for count in changes(process, self.out.parent):
            if count == moment:
                trained = workers(process) or [process.pid]
                groups = {"command": [process.pid], "worker": trained}
                kill(process, *groups.get(victim, [process.pid, *trained]))
                wait(lambda: not working_in(self.out.parent))
                self.check()
                return True
        self.check()
        assert process.returncode == 0, (self.out.parent / "log").read_text()
        return False

    def check(self) -> None:
        """Where there is a manifest, all it lists is there, and it is the right one."""
        if (self.out / "manifest.json").exists():
            assert artifact.verify(self.out) == []
            assert artifact.load(self.out).digest in self.whole


@pytest.fixture(scope="module")
def undisturbed(phase: Phase, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The adapter that every drill is to end with, and the number of moments in its making."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    process = started(short(phase, out), out.parent / "log")
    *_, count = changes(process, out.parent)
    assert process.returncode == 0, (out.parent / "log").read_text()
    return out, count


def older(out: Path) -> str:
    """Put another adapter where the new one is to come; return its digest."""
    made = {"producer": "oilstone-train", "recipe": {}, "seed": 1, "inputs": []}
    request = artifact.request("adapter", **made)
    stage = artifact.stage(out, request)
    (stage / "old.txt").write_text("what was there before")
    return artifact.publish(stage, out, kind="adapter", request=request, **made).digest


def chain(number: int, folder: Path, phase: Phase, undisturbed: tuple[Path, int]) -> int:
    """Kill one run after another at moments drawn under a seed; return how many were killed."""
    adapter, moments = undisturbed
    digest = artifact.load(adapter).digest
    rng, left, runs = random.Random(number), KILLS, 0
    while left:
        out, runs = folder / f"run{runs}" / "out", runs + 1
        out.parent.mkdir(parents=True)
        drill = Drill(short(phase, out), out, {digest, older(out)} if number % 2 else {digest})
        while left and drill.killed(rng.randint(1, moments), rng.choice(VICTIMS)):
            left -= 1
        done = run(*drill.words)
        assert done.returncode == 0, done.stderr
        assert artifact.verify(out) == []
        assert artifact.load(out).digest == digest
        assert details(out) == details(adapter)
        assert [path.name for path in out.parent.iterdir() if path.name.startswith(".")] == []
        shutil.rmtree(out.parent)
    return KILLS


@pytest.mark.slow
@pytest.mark.needs_axolotl
def test_killed_at_any_moment_it_ends_with_the_same_bytes(
    phase: Phase, undisturbed: tuple[Path, int], tmp_path: Path
) -> None:
    """20 kills -9, of the command, of its trainer or of both, by files that come, go and grow."""
    with ThreadPoolExecutor(CHAINS) as pool:
        chains = [
            pool.submit(chain, number, tmp_path / str(number), phase, undisturbed)
            for number in range(CHAINS)
        ]
        assert sum(found.result() for found in chains) == 20


@pytest.mark.slow
@pytest.mark.needs_axolotl
def test_ctrl_c_is_gone_on_from(
    phase: Phase, undisturbed: tuple[Path, int], tmp_path: Path
) -> None:
    words = short(phase, tmp_path / "out")
    process = started(words, tmp_path / "log")
    wait(lambda: list(tmp_path.glob(".out.*/work/out/checkpoint-10/whole.json")))
    process.send_signal(signal.SIGINT)
    assert process.wait(LIMIT) == 130
    assert "the same command goes on from the last checkpoint" in (tmp_path / "log").read_text()
    assert not (tmp_path / "out").exists()
    done = run(*words)
    assert "going on from step" in done.stderr, done.stderr
    assert artifact.load(tmp_path / "out").digest == artifact.load(undisturbed[0]).digest


@pytest.mark.slow
@pytest.mark.needs_axolotl
def test_a_killed_trainer_is_told_as_such(phase: Phase, tmp_path: Path) -> None:
    process = started(short(phase, tmp_path / "out"), tmp_path / "log")
    wait(lambda: list(tmp_path.glob(".out.*/work/out/checkpoint-5/whole.json")))
    kill(process, *workers(process))
    assert process.returncode == 3
    assert "killed from outside" in (tmp_path / "log").read_text()


# Runs a command on a disk of its own, which is filled as soon as a file is there; then empties it.
DISK = """
import json, os, subprocess, sys, time
from pathlib import Path
words, disk, pattern = json.loads(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
def fill():
    with open(disk / "ballast", "wb", buffering=0) as file:
        for size in (65536, 4096, 512):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
while process.poll() is None and not list(disk.glob(pattern)):
    time.sleep(0.001)
fill()
said = process.communicate()[1]
looks_whole = (disk / "out" / "manifest.json").exists()
os.remove(disk / "ballast")
again = subprocess.run(words, stderr=subprocess.PIPE, text=True)
manifest = disk / "out" / "manifest.json"
digest = json.loads(manifest.read_text())["digest"] if manifest.exists() else None
print(json.dumps({"code": process.returncode, "said": said, "looks_whole": looks_whole,
                  "again": again.stderr, "digest": digest}))
"""


@pytest.mark.slow
@pytest.mark.needs_axolotl
@pytest.mark.needs_bwrap
@pytest.mark.parametrize("full_at", [".out.*/work/out/checkpoint-10", ".out.*/adapter_config.json"])
def test_a_full_disk_is_named_and_gone_on_from_once_there_is_space(
    full_at: str, phase: Phase, undisturbed: tuple[Path, int], tmp_path: Path
) -> None:
    """While a checkpoint is saved; while the adapter is."""
    words = json.dumps(command(*short(phase, tmp_path / "disk" / "out")))
    (tmp_path / "disk").mkdir()
    done = subprocess.run(
        ["bwrap", "--dev-bind", "/", "/", "--size", str(16 << 20), "--tmpfs", tmp_path / "disk",
         sys.executable, "-c", DISK, words, tmp_path / "disk", full_at],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["code"] == 3, seen["said"]
    assert "no space left on the disk. Free some" in seen["said"]
    assert not seen["looks_whole"]
    assert "going on from step" in seen["again"]
    assert seen["digest"] == artifact.load(undisturbed[0]).digest


def test_what_could_not_be_published_goes_on_where_it_was(tmp_path: Path) -> None:
    order = Unhashed("adapter", tmp_path / "out", {"seed": 1}, ())
    work = order.work()
    (work / layout.TELEMETRY).write_text("")
    (work / "checkpoint").write_text("of hours")
    (work.parent / "link").symlink_to(tmp_path)  # no artifact holds one
    with pytest.raises(Exception, match="an artifact holds plain files"):
        order.publish(work, {}, {})
    assert (order.work() / "checkpoint").read_text() == "of hours"
    (work.parent / "link").unlink()
    order.publish(work, {}, {})
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


class Unhashed(making.Order):
    """An order that does not depend on Axolotl's version: it need not be installed."""

    @property
    def request(self) -> str:
        return artifact.request(self.kind, **self.common)


# The worker, but for one thing: so many times, the loss is no number in the 13th step.
NAN = """
from oilstone_train import worker
left = [{times}]
def damage(trainer):
    real = trainer.compute_loss
    def compute_loss(self, model, *args, **kwargs):
        found = real(self, model, *args, **kwargs)
        if model.training and self.state.global_step == 12 and left[0]:
            left[0] -= 1
            return found * float("nan")
        return found
    trainer.compute_loss = compute_loss
if __name__ == "__main__":
    from oilstone_train.engine import trainer
    damage(trainer.ExactTrainer)
    raise SystemExit(worker.main())
"""


@pytest.mark.slow
@pytest.mark.needs_axolotl
def test_a_loss_that_is_no_number_ends_it_without_an_adapter(phase: Phase, tmp_path: Path) -> None:
    done = run_with(NAN.format(times=9), tmp_path, *short(phase, tmp_path / "out"))
    assert done.returncode == 1, done.stderr
    assert "step 15: loss is nan; training has diverged" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.needs_axolotl
def test_with_a_guard_it_is_gone_back_from(
    phase: Phase, undisturbed: tuple[Path, int], tmp_path: Path
) -> None:
    """At the same rate, since the second time the loss is sound: the same adapter comes out."""
    words = [*short(phase, tmp_path / "out"), "--set", "guard={learning_rate_factor: 1.0}"]
    done = run_with(NAN.format(times=1), tmp_path, *words)
    assert done.returncode == 0, done.stderr
    assert [(e["step"], e["to"]) for e in details(tmp_path / "out")["events"]] == [(15, 10)]
    name = layout.ADAPTER[1]
    assert (tmp_path / "out" / name).read_bytes() == (undisturbed[0] / name).read_bytes()
    assert all(line.get("loss") != "NaN" for line in telemetry(tmp_path / "out"))


@pytest.mark.needs_axolotl
def test_without_a_gpu_a_recipe_for_one_says_what_is_missing(
    recipes: Path, dataset: Path, base: Path, tmp_path: Path
) -> None:
    given = ("--data", dataset, "--base", base, "--out", tmp_path / "out")
    words = command("run", recipes / "phase.yaml", *given, "--set", "profile=cuda24")
    hidden = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(words, capture_output=True, text=True, env=hidden)
    assert done.returncode == 3, done.stderr
    assert "profile cuda24: torch sees no GPU here" in done.stderr
    assert "oilstone-train plan" in done.stderr


def test_a_missing_base_is_named_with_the_command_that_makes_one(
    recipes: Path, dataset: Path, tmp_path: Path
) -> None:
    given = ("--data", dataset, "--base", tmp_path / "none", "--out", tmp_path / "out")
    done = run("run", recipes / "phase.yaml", *given)
    assert done.returncode == 2
    assert f"{tmp_path / 'none'}: no artifact there" in done.stderr
    assert "oilstone-train base RECIPE" in done.stderr


SHAPE = "{layers: 32, width: 64, mlp_width: 128, heads: 4, kv_heads: 4, vocabulary: 320}"


@pytest.mark.needs_axolotl
def test_a_base_of_other_sizes_than_the_recipes_is_refused_with_both(
    recipes: Path, dataset: Path, base: Path, tmp_path: Path
) -> None:
    given = ("--data", dataset, "--base", base, "--out", tmp_path / "out")
    wanted = f"base_model={{name: some/model, shape: {SHAPE}}}"
    done = run("run", recipes / "phase.yaml", *given, "--set", wanted)
    assert done.returncode == 2
    assert f"base_model.shape.layers: 32 in the recipe, 2 in {base}" in done.stderr
    assert "give --base that model" in done.stderr


@pytest.mark.needs_axolotl
@pytest.mark.parametrize(
    "memory", ["{layers: [7]}", "{layers: [0], clipping: {layers: [{layer: 7, base: 1}]}}"]
)
def test_a_layer_that_the_base_lacks_is_refused_before_training(
    recipes: Path, dataset: Path, base: Path, tmp_path: Path, memory: str
) -> None:
    given = ("--data", dataset, "--base", base, "--out", tmp_path / "out")
    done = run("run", recipes / "phase.yaml", *given, "--set", f"memory={memory}")
    assert done.returncode == 2 and "layers 0 to 1, so there is none of [7]" in done.stderr
    assert "starting Axolotl" not in done.stderr
