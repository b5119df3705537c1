"""An adapter with memories goes the same way as any other: trained, asked, judged."""

import json
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.needs_axolotl, pytest.mark.needs_rustc]
ROOT = Path(__file__).resolve().parents[2]
SHORT = (
    "training.max_steps=4", "training.eval_steps=4", "training.save_steps=4",
    "training.logging_steps=4", "training.warmup_steps=0",
    'memory={"layers": [0], "window": 16, "learning_rate": 0.01}',
)  # fmt: skip


@pytest.fixture(scope="module")
def remembering(work: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the adapter, and its report."""
    folder = tmp_path_factory.mktemp("memories")
    words = [word for pair in SHORT for word in ("--set", pair)]
    base, adapter = ("--base", work / "base"), folder / "adapter"
    recipe = ROOT / "recipes/rust-tiny"
    call("oilstone-train", "run", recipe / "phase1.yaml", "--data", work / "data", *base,
         "--out", adapter, *words)  # fmt: skip
    call("oilstone-eval", "run", recipe / "eval.yaml", *base, "--adapter", adapter,
         "--problems", work / "problems", "--samples", folder / "samples",
         "--out", folder / "report", "--set", "generation.max_new_tokens=8")  # fmt: skip
    return folder


def call(*words: object) -> None:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]


def test_its_manifest_names_what_builds_its_memories(remembering: Path) -> None:
    manifest = json.loads((remembering / "adapter/manifest.json").read_text())
    assert manifest["details"]["loader"] == "memory"


def test_every_problem_is_answered_and_judged(remembering: Path, work: Path) -> None:
    judged = (remembering / "report/verdicts.jsonl").read_text().splitlines()
    asked = (work / "report/phase1/verdicts.jsonl").read_text().splitlines()
    assert len(judged) == len(asked) > 0
    assert not any(json.loads(line)["status"] == "unscored" for line in judged)
