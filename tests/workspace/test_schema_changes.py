"""Between two releases a schema file may only grow (see oilstone_schemas.compat)."""

import json
import subprocess
from pathlib import Path

import pytest

from oilstone_schemas import validate
from oilstone_schemas.compat import breaches

FOLDER = "schemas/src/oilstone_schemas"


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def released(root: Path) -> dict[str, dict[str, object]]:
    """The schemas of the last release, by name."""
    tag = _git(root, "describe", "--tags", "--abbrev=0", "--match", "oilstone-schemas-v*")
    if not tag:
        pytest.skip("no oilstone-schemas-v* tag here: nothing was released yet")
    listed = _git(root, "ls-tree", "-r", "--name-only", tag, FOLDER).splitlines()
    paths = [path for path in listed if path.endswith(".schema.json")]
    name = {path: path.rpartition("/")[2].removesuffix(".schema.json") for path in paths}
    return {name[path]: json.loads(_git(root, "show", f"{tag}:{path}")) for path in paths}


def test_no_schema_was_removed(released: dict[str, dict[str, object]]) -> None:
    assert set(released) - set(validate.names()) == set()


def test_schemas_only_grew(released: dict[str, dict[str, object]]) -> None:
    said = [
        f"{name} {breach}"
        for name, old in released.items()
        if name in validate.names()
        for breach in breaches(old, validate.schema(name))
    ]
    assert said == []
