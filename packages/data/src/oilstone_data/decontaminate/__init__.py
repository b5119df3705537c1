"""Rows that hold an evaluation item, whatever it was made to look like, and which item it is."""

from oilstone_data.decontaminate.detector import Detector, Match
from oilstone_data.decontaminate.items import Item, Text, item_texts
from oilstone_data.decontaminate.stage import Decontaminate

__all__ = ["Decontaminate", "Detector", "Item", "Match", "Text", "item_texts"]
