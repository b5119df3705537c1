"""Licences of files and rows, as SPDX expressions."""

from oilstone_data.licence.expression import UNKNOWN, Allowed, normal
from oilstone_data.licence.find import Licences
from oilstone_data.licence.stage import LicenceFilter

__all__ = ["UNKNOWN", "Allowed", "LicenceFilter", "Licences", "normal"]
