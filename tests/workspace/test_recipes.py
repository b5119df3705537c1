"""Every recipe file in the repository follows its schema."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from oilstone_schemas import content, recipe

ROOT = Path(__file__).resolve().parents[2]
KNOWN = [path for path in sorted(ROOT.glob("recipes/**/*.yaml")) if content.schema_of(path.name)]
LARGE = ["rust-llama8b", "shell-qwen7b", "python-qwq32b", "math-qwq32b"]
GATES = sorted(ROOT.glob("recipes/**/gates.yaml"))


@pytest.mark.parametrize("path", KNOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_follows_its_schema(path: Path) -> None:
    assert content.check(path, content.infer(path)) == 1


def phases(folder: Path) -> dict[str, dict[str, Any]]:
    """Return phase 1, the control and phase 2 of a recipe, defaults filled in."""
    names = ("phase1", "phase1-continued", "phase2")
    return {name: recipe.load(folder / f"{name}.yaml", "recipe-phase.v1") for name in names}


@pytest.mark.parametrize("name", ["rust-tiny", "shell-tiny", "python-tiny", "math-tiny"])
def test_the_control_differs_from_phase_2_in_its_rows_alone(name: str) -> None:
    """Else "better than phase 1 continued" would compare something else as well."""
    found = phases(ROOT / "recipes" / name)
    control, sharp = found["phase1-continued"], found["phase2"]
    assert {**control, "rows": None} == {**sharp, "rows": None}
    assert control["rows"] == found["phase1"]["rows"] != sharp["rows"]


def test_the_control_of_memories_differs_from_phase_2_in_its_memory_alone() -> None:
    found = phases(ROOT / "recipes" / "memory-tiny")
    control, sharp = found["phase1-continued"], found["phase2"]
    assert {**control, "memory": None} == {**sharp, "memory": None}
    assert control["memory"] != sharp["memory"]


@pytest.mark.parametrize("name", LARGE)
def test_a_large_specialist_is_whole(name: str) -> None:
    files = {path.name for path in (ROOT / "recipes" / name).iterdir()}
    assert files >= {"README.md", "data.yaml", "phase1.yaml", "eval.yaml", "gates.yaml"}


@pytest.mark.parametrize("name", LARGE)
def test_what_is_trained_with_is_what_all_arms_are_evaluated_with(name: str) -> None:
    """The base is a downloaded model: nothing but the recipe tells its system prompt."""
    data = recipe.load(ROOT / "recipes" / name / "data.yaml", "recipe-data.v1")
    asked = recipe.load(ROOT / "recipes" / name / "eval.yaml", "recipe-eval.v1")
    assert asked["generation"]["system_prompt"] == data["system_prompt"]
    assert asked["generation"]["quantization"] == "nf4"


@pytest.mark.parametrize("path", GATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_its_gates_can_fail_can_pass_and_fail_closed(path: Path) -> None:
    done = subprocess.run(["oilstone-gates", "lint", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "metric", "target", "rows"),
    [("python-qwq32b", "pass@1", 0.40, 5000), ("math-qwq32b", "accuracy", 0.35, 3000)],
)
def test_what_is_judged_while_training_is_what_the_gate_asks_for(
    name: str, metric: str, target: float, rows: int
) -> None:
    folder = ROOT / "recipes" / name
    phase = recipe.load(folder / "phase1.yaml", "recipe-phase.v1")
    first = recipe.load(folder / "gates.yaml", "gates.v1")["gates"][0]
    assert phase["evaluation"]["judged"]["metric"] == first["metric"] == metric
    assert (first["op"], first["value"], phase["rows"]["min_rows"]) == (">", target, rows)
    assert phase["training"]["keep"] == "best"
