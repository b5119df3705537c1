"""The parts of the GPU benchmark that need no GPU."""

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import bench_gpu

from oilstone_schemas import recipe


def test_the_shape_is_the_recipes() -> None:
    asked = recipe.load(bench_gpu.RECIPE, "recipe-phase.v1")["base_model"]
    sizes = {key: bench_gpu.SHAPES["7b"][name] for key, name in bench_gpu.KEYS.items()}
    assert (asked["name"], {**sizes, "tied_embeddings": False}) == (bench_gpu.NAME, asked["shape"])


def test_speed_is_that_of_the_steps_after_the_warm_up() -> None:
    lines = [{"loss": 1.0, "seconds": 10.0 + n, "tokens": 100 * n, "rss_mib": 1} for n in range(9)]
    slow = [{"loss": 1.0, "seconds": 0.0, "tokens": -500, "rss_mib": 954}]
    found = bench_gpu.speed(slow + lines)
    assert (found["s"], found["tokens"]) == (1.0, 100.0)
    assert found["GB"] == pytest.approx(1.0, abs=0.01)


@pytest.mark.slow
@pytest.mark.needs_axolotl
def test_it_runs_on_a_cpu_and_prints_every_row(tmp_path: Path) -> None:
    small = ("--shape", "tiny", "--device", "cpu", "--steps", "3", "--work", tmp_path)
    done = subprocess.run(
        [sys.executable, bench_gpu.__file__, *small], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith(tuple(bench_gpu.SETTINGS))]
    numbers = [[float(word) for word in row.split()[-3:]] for row in rows]
    assert len(numbers) == 2
    assert all(value > 0 for row in numbers for value in row)
