"""All families by name; importing the modules of families registers them."""

from oilstone_data.world.python import numbers, order, ranges, tables, texts
from oilstone_data.world.python.family import FAMILIES

__all__ = ["FAMILIES", "numbers", "order", "ranges", "tables", "texts"]
