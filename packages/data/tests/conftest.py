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


class Foreign:
    """A folder with somebody's files, recipes over them and what was built of them."""

    good = "/// Doubles.\npub fn double(x: Option<i32>) -> Option<i32> {\n    x.map(|v| v * 2)\n}\n"

    def __init__(self, folder: Path, run) -> None:
        self.folder, self.run = folder, run

    def recipe(self, *sources: dict, **keys) -> Path:
        """Write data.yaml with these sources."""
        filled = [{"language": "rust", "licence": "MIT", **source} for source in sources]
        path = self.folder / "data.yaml"
        path.write_text(json.dumps({"seed": 7, "system_prompt": "", "sources": filled, **keys}))
        return path

    def lines(self, rows: list, name: str = "rows.jsonl") -> dict:
        """Write rows as JSON Lines (bytes as they are), and return the source that they are."""
        texts = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
        (self.folder / name).write_bytes(b"\n".join(texts) + b"\n")
        return {"name": "own", "kind": "jsonl", "path": name}

    def build(self, recipe: Path, *words: str, out: str = "out") -> Path:
        """Build the recipe with the installed command."""
        made = self.run("build", recipe, "--out", self.folder / out, *words)
        assert made.returncode == 0, made.stderr
        return self.folder / out

    @staticmethod
    def read(path: Path) -> list[dict]:
        """Read our own JSON Lines."""
        return [json.loads(line) for line in path.read_bytes().splitlines()]

    def kept(self, out: Path) -> dict[str, dict]:
        """Return the rows of all sides by id."""
        sides = ("train", "eval", "test")
        return {row["id"]: row for side in sides for row in self.read(out / f"{side}.jsonl")}

    def refused(self, out: Path) -> dict[int, str]:
        """Return the reasons by line."""
        return {row["line"]: row["reason"] for row in self.read(out / "refused.jsonl")}


@pytest.fixture
def foreign(run, tmp_path) -> Foreign:
    return Foreign(tmp_path, run)


@pytest.fixture(scope="session")
def foreign_folder(run, tmp_path_factory):
    """Make a folder that outlives one test."""
    return lambda name: Foreign(tmp_path_factory.mktemp(name), run)
