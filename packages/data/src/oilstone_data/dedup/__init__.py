"""Rows that repeat another row: exactly, or nearly; every removal names the row that stays."""

import oilstone_data.arrays  # noqa: F401 - says which extra is missing
from oilstone_data.dedup.stage import Deduplicate, Removal

__all__ = ["Deduplicate", "Removal"]
