"""The Python that programs run on: the evaluator's own interpreter, without its packages."""

import importlib.util
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# pytest and what it imports, shown behind the walls; programs find nothing else but Python.
PYTEST = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "py")
INSIDE = "/pytest"


@dataclass(frozen=True)
class Toolchain:
    """Versions of Python and, where it is installed, pytest, with the folders of the latter."""

    versions: Mapping[str, str]
    shown: Mapping[str, str]

    @property
    def pytest(self) -> bool:
        """Whether pytest files can be judged."""
        return "pytest" in self.versions


def find() -> Toolchain:
    """Return what there is. Without pytest, problems that need it are unscored."""
    versions = {"python": platform.python_version()}
    try:
        versions["pytest"] = version("pytest")
    except PackageNotFoundError:
        return Toolchain(versions, {})
    places = [place for name in PYTEST if (place := _place(name))]
    return Toolchain(versions, {str(place): f"{INSIDE}/{place.name}" for place in places})


def _place(name: str) -> Path | None:
    """Return a package's folder or a module's file."""
    spec = importlib.util.find_spec(name)
    if not spec or not spec.origin:
        return None
    return Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)
