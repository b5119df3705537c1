"""Every recipe that is shipped makes sense, also where the machine that it is for is not there.

Golden files: when a change of a rendered configuration is meant, the new text goes there.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "golden"
PHASES = sorted(ROOT.glob("recipes/*/phase*.yaml"))
LARGE = [path for path in PHASES if not path.parent.name.endswith("-tiny")]
RENDER = """
import json, sys
from pathlib import Path
from oilstone_schemas import recipe
from oilstone_train import lint, profiles, render
from oilstone_train.engine import check
made = {}
for name in sys.argv[1:]:
    settings = recipe.load(Path(name), "recipe-phase.v1", ())
    config = render.phase(settings, "c0ffee" * 10 + "beef", "phase2" in name)
    found = lint.problems(config) + check.problems(config, profiles.capabilities(settings))
    made[name] = {"yaml": render.dump(config), "problems": found}
print("\\nFOUND" + json.dumps(made))
"""


def named(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


@pytest.fixture(scope="module")
def rendered() -> dict[str, dict[str, str]]:
    """Every phase's configuration and what Axolotl's validators say of it, on a pretended GPU."""
    done = subprocess.run(
        [sys.executable, "-c", RENDER, *map(str, PHASES)], capture_output=True, text=True
    )
    found = [line for line in done.stdout.splitlines() if line.startswith("FOUND")]
    assert found, done.stderr[-2000:]
    made: dict[str, dict[str, str]] = json.loads(found[0].removeprefix("FOUND"))
    return made


@pytest.mark.needs_axolotl
@pytest.mark.parametrize("path", PHASES, ids=named)
def test_axolotl_takes_it(path: Path, rendered: dict[str, dict[str, str]]) -> None:
    assert rendered[str(path)]["problems"] == []


@pytest.mark.needs_axolotl
@pytest.mark.parametrize("path", LARGE, ids=named)
def test_it_renders_to_what_is_written_down(
    path: Path, rendered: dict[str, dict[str, str]]
) -> None:
    assert rendered[str(path)]["yaml"] == (GOLDEN / f"{named(path)}.yaml").read_text()


@pytest.mark.needs_axolotl
def test_a_plan_of_a_large_model_needs_neither_gpu_nor_model() -> None:
    recipe = ROOT / "recipes/rust-llama8b/phase1.yaml"
    done = subprocess.run(
        ["oilstone-train", "plan", recipe, "--json"], capture_output=True, text=True
    )
    told = json.loads(done.stdout)["estimate"]
    assert (told["tokens_at_most"], told["parameters"]) == (3_145_728_000, 8_030_261_248)
    assert told["memory_gib"]["total"] < 80
