"""All families by name; importing the modules of families registers them."""

from oilstone_data.world.shell import folders, lists, loops, searches
from oilstone_data.world.shell.family import FAMILIES

__all__ = ["FAMILIES", "folders", "lists", "loops", "searches"]
