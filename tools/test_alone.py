"""Build one package's wheel and those of the siblings it needs, install them, run its tests.

tox calls it inside a fresh environment: python tools/test_alone.py py312-registry TEMPORARY_FOLDER
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def folder(name: str) -> Path:
    """Return the folder of a package by its short name: schemas, data, train, ..."""
    return ROOT / "schemas" if name == "schemas" else ROOT / "packages" / name


def siblings(name: str) -> list[str]:
    """Return the short names of the package and of all siblings that it cannot do without."""
    project = tomllib.loads((folder(name) / "pyproject.toml").read_text())["project"]
    needed = [re.match(r"oilstone-(\w+)", text) for text in project["dependencies"]]
    return [name, *(found for match in needed if match for found in siblings(match[1]))]


def main() -> int:
    """Return what pytest returns."""
    environment, temporary, *words = sys.argv[1:]
    name = environment.rpartition("-")[2]
    wheels = Path(temporary) / "wheels"
    install = ["uv", "pip", "install", "--quiet", "--python", sys.executable]
    for sibling in dict.fromkeys(siblings(name)):
        build = ["uv", "build", "--quiet", "--wheel", "--out-dir", wheels, folder(sibling)]
        subprocess.run(build, check=True)
        # The same version number may stand for other content than last time.
        install += ["--reinstall-package", f"oilstone-{sibling}"]
    subprocess.run([*install, *wheels.glob("*.whl")], check=True)
    return subprocess.call(
        [sys.executable, "-m", "pytest", "-q", "-m", "not slow", *words, "tests"], cwd=folder(name)
    )


if __name__ == "__main__":
    sys.exit(main())
