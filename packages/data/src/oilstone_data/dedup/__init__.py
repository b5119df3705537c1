"""Rows that repeat another row: exactly, or nearly; every removal names the row that stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import oilstone_data.arrays  # noqa: F401 - says which extra is missing

if TYPE_CHECKING:
    from oilstone_data.dedup.stage import Deduplicate, Removal

__all__ = ["Deduplicate", "Removal"]


def __getattr__(name: str) -> Any:
    """The stage when it is asked for: decontamination needs the words alone."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from oilstone_data.dedup import stage

    return getattr(stage, name)
