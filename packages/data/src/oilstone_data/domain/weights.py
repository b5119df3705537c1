"""The weights that come with the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from oilstone_data.domain.signals import Classifier
from oilstone_schemas import strict, validate

FILE = Path(__file__).with_name("domains.json")


@cache
def shipped() -> Classifier:
    """Return the classifier with the package's own `domains.json`."""
    domains = strict.parse(FILE.read_bytes())
    validate.check(domains, "domains.v1", str(FILE))
    return Classifier(domains)
