"""What a path tells about the file behind it, wherever in the repository it stands."""

from __future__ import annotations

VENDOR = frozenset({"target", "node_modules", "vendor", "__pycache__"})
TESTS = frozenset({"test", "tests"})
EXAMPLES = frozenset({"example", "examples"})
BENCHES = frozenset({"bench", "benches"})


def folders(path: str) -> set[str]:
    """Return the names of the folders in `path`, lower case; both slashes part names."""
    return set(path.replace("\\", "/").lower().split("/")[:-1])


def locked(path: str) -> bool:
    """Tell whether the path is that of Cargo's lock file."""
    return path.replace("\\", "/").rpartition("/")[2] == "Cargo.lock"
