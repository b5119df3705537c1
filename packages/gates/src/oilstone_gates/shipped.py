"""The gate sets that come with the package."""

from importlib import resources
from pathlib import Path

SUFFIX = ".yaml"


def names() -> list[str]:
    """Return the names of the shipped sets, sorted: "seed-001", ..."""
    files = resources.files("oilstone_gates") / "sets"
    return sorted(file.name.removesuffix(SUFFIX) for file in files.iterdir())


def find(given: Path) -> Path:
    """Return the file of the shipped set of that name; the path itself when there is none."""
    if given.exists() or str(given) not in names():
        return given
    return Path(str(resources.files("oilstone_gates") / "sets" / f"{given}{SUFFIX}"))
