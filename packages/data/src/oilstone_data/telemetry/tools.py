"""Versions of what decides about rows."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

_DECIDING = (
    "oilstone-data", "oilstone-schemas", "orjson", "google-re2", "numpy", "xxhash",
    "ahocorasick-rs", "tree-sitter", "tree-sitter-rust", "tree-sitter-bash", "tree-sitter-python",
    "datasets", "pyarrow",
)  # fmt: skip


def versions() -> dict[str, str]:
    """Return the versions of the installed ones by distribution name."""
    found = {}
    for name in _DECIDING:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
