"""The rules of the house that no linter knows."""

import configparser
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

LONGEST = 400
# Shell commands and attacks whose subject such paths are.
ABOUT_PATHS = ("packages/eval/tests/danger/*.txt", "packages/eval/tests/attacks/*.py")
MACHINE = re.compile(r"(?:^|[\s\"'=:(])/(?:work|home|root|Users)/\w")


def _tracked(root: Path) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True)
    paths = (root / name for name in listed.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file()]


def _texts(root: Path) -> dict[Path, str]:
    return {
        path: path.read_text(encoding="utf-8", errors="replace")
        for path in _tracked(root)
        if path.name != "uv.lock"
    }


def test_every_package_is_spelt_alike(root: Path, projects: dict[str, Any]) -> None:
    """Distribution oilstone-eval, import oilstone_eval, command oilstone-eval, folder eval."""
    wrong = [
        name
        for name, project in projects.items()
        if project["project"]["name"] != f"oilstone-{name}"
        or project["project"]["scripts"] != {f"oilstone-{name}": f"oilstone_{name}.cli:main"}
        or not [*root.glob(f"*/src/oilstone_{name}"), *root.glob(f"*/*/src/oilstone_{name}")]
    ]
    assert wrong == []


@pytest.mark.parametrize("file", ["README.md", "CHANGELOG.md", "tests"])
def test_every_package_has(root: Path, projects: dict[str, Any], file: str) -> None:
    places = {name: root / ("" if name == "schemas" else "packages") / name for name in projects}
    assert [name for name, place in places.items() if not (place / file).exists()] == []


def test_every_package_ships_its_types(root: Path, projects: dict[str, Any]) -> None:
    typed = {path.parent.name for path in root.glob("**/src/*/py.typed")}
    assert typed >= {f"oilstone_{name}" for name in projects}


def test_the_newest_changes_are_the_versions(root: Path, projects: dict[str, Any]) -> None:
    """The first heading of a CHANGELOG is the version of the pyproject."""
    headings = {}
    for name in projects:
        folder = root / ("" if name == "schemas" else "packages") / name
        first = re.search(r"^## (\S+) - ", (folder / "CHANGELOG.md").read_text(), re.MULTILINE)
        headings[name] = first[1] if first else None
    assert headings == {name: project["project"]["version"] for name, project in projects.items()}


def test_tox_tests_every_package(root: Path, projects: dict[str, Any]) -> None:
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(root / "tox.ini")
    listed = re.findall(r"\{([^}]*)\}", tox["tox"]["env_list"])
    assert set(listed[1].split(",")) == set(projects)


def test_import_contracts_cover_every_package(
    projects: dict[str, Any], workspace: dict[str, Any]
) -> None:
    covered = workspace["tool"]["importlinter"]["root_packages"]
    assert set(covered) == {f"oilstone_{name}" for name in projects}


def test_the_workspace_knows_every_package(
    projects: dict[str, Any], workspace: dict[str, Any]
) -> None:
    assert set(workspace["tool"]["uv"]["sources"]) == {f"oilstone-{name}" for name in projects}


def test_no_file_is_too_long(root: Path) -> None:
    code = [path for path in _tracked(root) if path.suffix in (".py", ".sh")]
    assert [path for path in code if len(path.read_text().splitlines()) > LONGEST] == []


def test_no_file_names_a_path_of_a_machine(root: Path) -> None:
    exempt = {path for pattern in ABOUT_PATHS for path in root.glob(pattern)}
    found = {path for path, text in _texts(root).items() if MACHINE.search(text)}
    assert found - exempt == set()


def test_scripts_can_be_run(root: Path) -> None:
    words = ["git", "ls-files", "--stage", ".ci/run", "tools/*.sh"]
    listed = subprocess.run(words, cwd=root, capture_output=True, check=True, text=True).stdout
    assert [line for line in listed.splitlines() if not line.startswith("100755 ")] == []
