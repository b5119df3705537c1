"""uv.lock names no index, holds hashes, and knows what the pyprojects ask for."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet


@pytest.fixture(scope="module")
def lock(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "uv.lock").read_text())


@pytest.fixture(scope="module")
def exported(root: Path) -> str:
    """What `make setup` installs."""
    words = "export --quiet --frozen --all-packages --all-extras --all-groups --no-emit-workspace"
    return subprocess.run(
        [Path(sys.executable).parent / "uv", *words.split(), "--no-header"],
        cwd=root,
        check=True,
        text=True,
        capture_output=True,
    ).stdout


def test_names_no_index_host(root: Path) -> None:
    hosts = set(re.findall(r"\b[a-z+]+://[^/\"]*", (root / "uv.lock").read_text()))
    assert hosts == {"https://index.invalid"}


def test_names_no_path_of_a_machine(root: Path) -> None:
    assert re.findall(r"(?:path|directory|registry) = \"/.*", (root / "uv.lock").read_text()) == []


def test_every_download_has_a_hash(lock: dict[str, Any]) -> None:
    files = [
        file
        for package in lock["package"]
        for file in [*package.get("wheels", []), *filter(None, [package.get("sdist")])]
    ]
    assert [file["url"] for file in files if not file["hash"].startswith("sha256:")] == []


def test_covers_the_pythons_of_every_package(
    lock: dict[str, Any], projects: dict[str, Any]
) -> None:
    promised = {project["project"]["requires-python"] for project in projects.values()}
    assert {text.replace(" ", "") for text in promised} == {
        lock["requires-python"].replace(" ", "")
    }


def test_exports_with_hashes(exported: str) -> None:
    pinned = re.findall(r"^[a-z0-9._-]+==", exported, flags=re.MULTILINE)
    hashed = re.findall(r"^[a-z0-9._-]+==[^\n]*\\\n    --hash=", exported, flags=re.MULTILINE)
    assert len(pinned) == len(hashed) > 100


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_pins_each_package_once_for_a_python(exported: str, python: str) -> None:
    lines = re.findall(r"^([a-z0-9._-]+==[^\\\n]*)", exported, flags=re.MULTILINE)
    wanted = [Requirement(line) for line in lines]
    there = {
        "python_version": python,
        "python_full_version": f"{python}.1",
        "sys_platform": "linux",
    }
    names = [r.name for r in wanted if r.marker is None or r.marker.evaluate(there)]
    assert sorted(names) == sorted(set(names))


def _names(texts: Iterable[str]) -> set[tuple[str, SpecifierSet]]:
    """What is asked for; siblings are taken from the workspace, whatever their version."""
    wanted = [Requirement(text) for text in texts]
    return {(r.name.lower(), r.specifier) for r in wanted if not r.name.startswith("oilstone-")}


def _asked(project: dict[str, Any]) -> set[tuple[str, SpecifierSet]]:
    extras = project["project"].get("optional-dependencies", {}).values()
    groups = project.get("dependency-groups", {}).values()
    texts = [text for part in (*extras, *groups) for text in part if isinstance(text, str)]
    return _names([*project["project"]["dependencies"], *texts])


def _locked(package: dict[str, Any]) -> set[tuple[str, SpecifierSet]]:
    data = package["metadata"]
    parts = [data.get("requires-dist", []), *data.get("requires-dev", {}).values()]
    items = [item for part in parts for item in part]
    return _names(item["name"] + item.get("specifier", "") for item in items)


def test_knows_what_the_pyprojects_ask_for(
    lock: dict[str, Any], projects: dict[str, Any], workspace: dict[str, Any]
) -> None:
    """`make lock` was run after the last change of a dependency."""
    members = [package for package in lock["package"] if "metadata" in package]
    asked = {p["project"]["name"]: _asked(p) for p in [*projects.values(), workspace]}
    assert {package["name"]: _locked(package) for package in members} == asked
