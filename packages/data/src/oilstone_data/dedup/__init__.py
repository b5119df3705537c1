"""Rows that repeat another row: exactly, or nearly; every removal names the row that stays."""

from oilstone_data.dedup.stage import Deduplicate, Removal

__all__ = ["Deduplicate", "Removal"]
