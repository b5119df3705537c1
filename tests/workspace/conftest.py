import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def projects() -> dict[str, dict[str, Any]]:
    """The pyproject of every package, by its short name: schemas, data, train, ..."""
    folders = [ROOT / "schemas", *sorted((ROOT / "packages").iterdir())]
    return {
        folder.name: tomllib.loads((folder / "pyproject.toml").read_text())
        for folder in folders
        if (folder / "pyproject.toml").is_file()
    }


@pytest.fixture(scope="session")
def workspace() -> dict[str, Any]:
    """The root's pyproject."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())
