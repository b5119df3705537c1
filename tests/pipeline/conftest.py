"""The main job with other numbers: the same targets, recipes and code path, in some two minutes."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Whatever `make test WORK=…` was given is not for the `make` under test.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
SHORT = {
    "SET_DATA": "world.rows=600 world.eval_rows=40 world.held_out.problems_per_family=1",
    "SET_BASE": "training.max_steps=20 training.eval_steps=20 training.save_steps=10",
    "SET_PHASE": "training.max_steps=10 training.eval_steps=10 training.save_steps=10"
    " training.warmup_steps=2",
    "SET_EVAL": "generation.max_new_tokens=60",
}


@pytest.fixture(scope="session")
def make():
    """`make TARGET…` in this checkout; what differs from the short job is given as NAME=value."""

    def run(*words: str, **changed: object) -> subprocess.CompletedProcess[str]:
        names = [f"{name}={value}" for name, value in {**SHORT, **changed}.items()]
        command = ["make", "--no-print-directory", *words, *names]
        return subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True)

    return run


@pytest.fixture(scope="session")
def work(make, tmp_path_factory) -> Path:
    """The folder of a finished main job."""
    folder = tmp_path_factory.mktemp("work") / "rust-tiny"
    done = make("phase1", "phase2", "eval", WORK=folder)
    assert done.returncode == 0, done.stderr[-3000:]
    (folder / "printed.txt").write_text(done.stdout)
    return folder
