"""One adapter, trained by two processes: the very plugin, through Axolotl, on a CPU."""

import json
import os
import signal
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from oilstone_schemas import artifact

from .conftest import Phase, details, run, run_with, telemetry
from .processes import kill, started, wait, working_in

pytestmark = [pytest.mark.needs_axolotl, pytest.mark.slow]

# A step of two processes is as large as one of one process in two passes.
TWO = ("--set", "launcher.processes=2")
ONE = ("--set", "training.gradient_accumulation_steps=2")

# The worker, but for one thing: each process writes down which rows it was given.
WORKER = """
import json, os
from pathlib import Path
from oilstone_train import worker
SEEN = Path({folder!r}) / ("seen." + os.environ.get("RANK", "") + ".jsonl")
def rows(batch):
    found = []
    for ids, places in zip(batch["input_ids"].tolist(), batch["position_ids"].tolist()):
        for token, place in zip(ids, places):
            if place == 0:
                found.append([])
            found[-1].append(token)
    return found
def spied(trainer):
    real = trainer.training_step
    def training_step(self, model, inputs, *args, **kwargs):
        line = {{"epoch": self.order.epoch, "rows": rows(inputs)}}
        if not SEEN.exists():
            line["all"] = self.train_dataset["input_ids"]
        with SEEN.open("a") as file:
            file.write(json.dumps(line, default=list) + "\\n")
        return real(self, model, inputs, *args, **kwargs)
    trainer.training_step = training_step
def work():
    from oilstone_train.engine import run
    real = run.run
    def spying(job):
        from oilstone_train.engine.trainer import ExactTrainer
        spied(ExactTrainer)
        return real(job)
    run.run = spying
    return worker.main()
if __name__ == "__main__":
    raise SystemExit(work())
"""


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, phase: Phase) -> Path:
    """Two processes' adapter; beside it, what each of them was given."""
    folder = tmp_path_factory.mktemp("two")
    done = run_with(WORKER.format(folder=str(folder)), folder, *phase(folder / "two", *TWO))
    assert done.returncode == 0, done.stderr
    return folder / "two"


def weights(adapter: Path) -> bytes:
    return (adapter / "adapter_model.safetensors").read_bytes()


def seen(two: Path, rank: int) -> list[dict[str, Any]]:
    text = two.with_name(f"seen.{rank}.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def of_epoch(lines: list[dict[str, Any]], epoch: int) -> Counter[tuple[int, ...]]:
    """Count the rows of an epoch; what fills a pack up is one token again and again."""
    rows = (row for line in lines if line["epoch"] == epoch for row in line["rows"])
    return Counter(tuple(row) for row in rows if len(set(row)) > 1)


def test_two_processes_come_to_what_one_does_in_two_passes(
    two: Path, phase: Phase, tmp_path: Path
) -> None:
    """A sum of two gradients is the same in either order; that of three need not be."""
    done = run(*phase(tmp_path / "one", *ONE))
    assert done.returncode == 0, done.stderr
    assert weights(two) == weights(tmp_path / "one")
    measured = ("eval_loss", "eval_loss_at_start", "handover_loss", "tokens", "steps")
    ours, alone = details(two), details(tmp_path / "one")
    assert [ours[key] for key in measured] == [alone[key] for key in measured]


def test_an_epoch_is_dealt_out_each_row_to_one_process(two: Path) -> None:
    first, second = seen(two, 0), seen(two, 1)
    every = Counter(tuple(row) for row in first[0]["all"])
    last = max(line["epoch"] for line in first)
    assert last >= 2
    for epoch in range(last):
        mine, others = of_epoch(first, epoch), of_epoch(second, epoch)
        assert mine and others
        assert mine + others <= every
        left = sum(every.values()) - sum((mine + others).values())
        assert left < 0.1 * sum(every.values())  # in packs that are not full, or not one for each


def test_what_is_told_is_told_once(two: Path) -> None:
    steps = [line["step"] for line in telemetry(two) if "loss" in line]
    assert steps == [5, 10, 15, 20, 25, 30]
    assert artifact.verify(two, deep=True) == []


def test_killed_all_or_one_it_resumes_to_the_same_adapter(
    two: Path, phase: Phase, tmp_path: Path
) -> None:
    """First the command is killed, and its processes end with it; then one of the processes is.

    Started by accelerate here, which makes no other difference.
    """
    out, log = tmp_path / "killed", tmp_path / "log"
    words = phase(out, *TWO, "--set", "launcher.kind=accelerate")
    process = started(words, log)
    wait(lambda: list(tmp_path.glob(".killed*/work/out/checkpoint-10/whole.json")))
    kill(process, process.pid)
    wait(lambda: not working_in(tmp_path))
    process = started(words, log)
    wait(lambda: list(tmp_path.glob(".killed*/work/out/checkpoint-20/whole.json")))
    os.kill(rank(tmp_path, 1), signal.SIGKILL)
    assert process.wait() == 3
    assert "going on from step 10" in log.read_text()
    assert "killed from outside" in log.read_text()
    assert not out.exists() and not working_in(tmp_path)
    done = run(*words)
    assert "going on from step 20" in done.stderr, done.stderr
    assert weights(out) == weights(two)


@pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed here")
def test_ray_starts_the_same_training(two: Path, phase: Phase, tmp_path: Path) -> None:
    done = run(*phase(tmp_path / "out", *TWO, "--set", "launcher.kind=ray"))
    assert done.returncode == 0, done.stderr
    assert weights(tmp_path / "out") == weights(two)


def rank(folder: Path, number: int) -> int:
    """Return the process of that rank which works below `folder`."""
    for cwd in working_in(folder):
        environment = Path(cwd).with_name("environ").read_bytes().split(b"\0")
        if f"RANK={number}".encode() in environment:
            return int(Path(cwd).parent.name)
    raise AssertionError(f"no process of rank {number}")


def test_an_error_of_all_is_said_once_with_its_code(phase: Phase, tmp_path: Path) -> None:
    diverging = ("--set", "training.learning_rate=1.0e+30", "--set", "training.logging_steps=1")
    done = run(*phase(tmp_path / "out", *TWO, *diverging))
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("training has diverged") == 1
    assert not (tmp_path / "out").exists()
