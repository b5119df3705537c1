"""All families by name; importing the modules of families registers them."""

from oilstone_data.world.math import numbers, stories
from oilstone_data.world.math.family import FAMILIES

__all__ = ["FAMILIES", "numbers", "stories"]
