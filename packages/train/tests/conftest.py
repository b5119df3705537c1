"""A tiny dataset, tiny recipes, the command in a process of its own, and what it makes once."""

import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from oilstone_schemas import artifact, jsonl

TRAINING = """\
training:
  max_steps: 30
  sequence_len: 512
  micro_batch_size: 2
  learning_rate: 3.0e-3
  warmup_steps: 2
  logging_steps: 5
  eval_steps: 10
  save_steps: 10
  threads: 1
"""
BASE = f"""\
seed: 1
tokenizer: {{vocab_size: 320}}
model: {{layers: 2, width: 64, heads: 4, mlp_width: 128, context: 512}}
{TRAINING}"""
PHASE = f"seed: 1\nlora: {{r: 8, alpha: 16}}\n{TRAINING}"


def row(name: str, rng: random.Random, **changes: Any) -> dict[str, Any]:
    """Return a row about adding two numbers, idiomatic or plain by turns."""
    a, b = rng.randint(0, 99), rng.randint(0, 99)
    sharp = rng.random() < 0.5
    body = f'fn main() {{\n    println!("{{}}", {a} + {b});\n}}\n'
    return {
        "id": name, "group": name, "family": "add", "slice": "train",
        "style": "idiomatic" if sharp else "plain", "language": "rust",
        "prompt": f"Print {a} plus {b}.\nNothing else.",
        "completion": "/// Adds.\n" * sharp + body, "tests": [],
        "quality": {"idiomatic": int(sharp), "low_quality": 1, "documented": sharp},
        "licence": "Apache-2.0", "source": "test", **changes,
    }  # fmt: skip


def publish_dataset(out: Path, seed: int = 0, system_prompt: str = "") -> artifact.Manifest:
    """Publish a dataset of 300 rows to train on and 24 to measure on."""
    rng = random.Random(seed)
    made = {
        "producer": "oilstone-train",
        "recipe": {"rows": seed, "system": system_prompt},
        "seed": seed,
        "inputs": [],
    }
    request = artifact.request("dataset", **made)
    stage = artifact.stage(out, request)
    for name, count in (("train", 300), ("eval", 24), ("test", 0)):
        rows = (row(f"{name}/{n}", rng) for n in range(count))
        jsonl.write(stage / f"{name}.jsonl", rows, "row.v1")
    jsonl.write(stage / "refused.jsonl", [])
    hashed = hashlib.sha256(system_prompt.encode()).hexdigest()
    details = {"system_prompt": system_prompt, "system_prompt_sha256": hashed}
    return artifact.publish(stage, out, kind="dataset", request=request, details=details, **made)


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dataset") / "data"
    publish_dataset(out)
    return out


@pytest.fixture(scope="session")
def recipes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with base.yaml and phase.yaml."""
    folder = tmp_path_factory.mktemp("recipes")
    (folder / "base.yaml").write_text(BASE)
    (folder / "phase.yaml").write_text(PHASE)
    return folder


def command(*words: object) -> list[str]:
    """Return the command line of oilstone-train."""
    return [sys.executable, "-m", "oilstone_train", *map(str, words)]


def run(*words: object) -> subprocess.CompletedProcess[str]:
    """Run oilstone-train to its end."""
    return subprocess.run(command(*words), capture_output=True, text=True)


# The command, but for one thing: its worker is the file named first.
OTHER_WORKER = """
import sys
from oilstone_train import launch
launch.COMMAND = [sys.executable, sys.argv[1]]
from oilstone_train.cli import main
raise SystemExit(main(sys.argv[2:]))
"""


def run_with(worker: str, folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run oilstone-train with another worker, whose source is put into `folder`."""
    path = folder / "worker.py"
    path.write_text(worker)
    started = [sys.executable, "-c", OTHER_WORKER, str(path), *map(str, words)]
    return subprocess.run(started, capture_output=True, text=True)


def details(folder: Path) -> dict[str, Any]:
    """Return what an artifact's manifest adds."""
    return artifact.load(folder).details


def telemetry(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "telemetry.jsonl").read_text().splitlines()]


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory, dataset: Path, recipes: Path) -> Path:
    """A base model of 0.1 M parameters, trained by Axolotl."""
    out = tmp_path_factory.mktemp("base") / "base"
    done = run("base", recipes / "base.yaml", "--data", dataset, "--out", out)
    assert done.returncode == 0, done.stderr
    return out


Phase = Callable[..., list[str]]


@pytest.fixture(scope="session")
def phase(dataset: Path, recipes: Path, base: Path) -> Phase:
    """The words of a phase's command, without the command."""

    def words(out: Path, *more: object) -> list[str]:
        given = ("--data", dataset, "--base", base, "--out", out, *more)
        return ["run", *map(str, (recipes / "phase.yaml", *given))]

    return words


@pytest.fixture(scope="session")
def adapters(tmp_path_factory: pytest.TempPathFactory, phase: Phase) -> Iterator[dict[str, Path]]:
    """The same phase twice, and once with another seed; two at a time."""
    folder = tmp_path_factory.mktemp("adapters")
    wanted = {
        "first": phase(folder / "first"),
        "again": phase(folder / "again"),
        "other": phase(folder / "other", "--set", "seed=2"),
    }
    with ThreadPoolExecutor(2) as pool:
        for done in pool.map(lambda words: run(*words), wanted.values()):
            assert done.returncode == 0, done.stderr
    yield {name: folder / name for name in wanted}
