"""An adapter that is judged by oilstone-eval while it is trained."""

import json
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.needs_axolotl, pytest.mark.needs_rustc]
ROOT = Path(__file__).resolve().parents[2]
SHORT = (
    "training.max_steps=10", "training.eval_steps=10", "training.save_steps=10",
    "training.warmup_steps=2", "training.keep=best", "evaluation.judged.metric=pass@1",
    "evaluation.judged.recipe.generation={max_new_tokens: 60}",
)  # fmt: skip


@pytest.fixture(scope="module")
def judged(work: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("judged") / "adapter"
    given = ("--data", work / "data", "--base", work / "base", "--problems", work / "problems")
    words = [word for pair in SHORT for word in ("--set", pair)]
    recipe = ROOT / "recipes/rust-tiny/phase1.yaml"
    done = subprocess.run(
        ["oilstone-train", "run", recipe, *given, "--out", out, *words],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return out


def test_every_evaluation_is_judged(judged: Path) -> None:
    lines = [json.loads(line) for line in (judged / "telemetry.jsonl").read_text().splitlines()]
    assert {line["step"]: line["judged"] for line in lines if "judged" in line}.keys() == {0, 10}


def test_the_problems_are_part_of_what_it_was_made_from(judged: Path) -> None:
    manifest = json.loads((judged / "manifest.json").read_text())
    assert "problems" in [item["kind"] for item in manifest["inputs"]]
    assert manifest["details"]["kept_step"] == 10
