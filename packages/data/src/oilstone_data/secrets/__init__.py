"""Secrets and personal data: found, counted by kind, and taken out."""

from oilstone_data.secrets.scan import RULES, Finding, find
from oilstone_data.secrets.scrub import scrub, scrub_json
from oilstone_data.secrets.stage import Secrets

__all__ = ["RULES", "Finding", "Secrets", "find", "scrub", "scrub_json"]
