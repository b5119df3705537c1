"""A small dataset, built once by the installed command, and the real Rust compiler."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

RECIPE = {
    "seed": 7,
    "system_prompt": "",
    "world": {
        "language": "rust",
        "rows": 400,
        "plain_share": 0.6,
        "tests": 5,
        "eval_rows": 40,
        "held_out": {
            "families": ["rows_with", "weighted_sum"],
            "combination_share": 0.15,
            "eval_share": 0.05,
            "problems_per_family": 2,
        },
    },
}


@pytest.fixture(scope="session")
def run():
    """The installed command."""

    def call(*words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["oilstone-data", *map(str, words)], capture_output=True, text=True)

    return call


@pytest.fixture(scope="session")
def recipe(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "data.yaml"
    path.write_text(json.dumps(RECIPE))  # JSON is YAML
    return path


@pytest.fixture(scope="session")
def dataset(run, recipe, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("work") / "data"
    made = run("build", recipe, "--out", out)
    assert made.returncode == 0, made.stderr
    return out


@pytest.fixture(scope="session")
def rustc() -> str:
    if found := shutil.which("rustc"):
        return found
    pytest.skip("no rustc on this machine: the reference programs were NOT compiled")
