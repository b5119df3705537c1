"""The local stages that a recipe asks for, in their order; others are not even imported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from oilstone_data.sources.folder import DETECT
from oilstone_data.stage import LocalStage


def stages(settings: dict[str, Any]) -> list[tuple[str, LocalStage]]:
    """Return (name, stage). Raises OilstoneError at settings that do not fit together."""
    return [*_terms(settings), *_rust(settings), *_kinds(settings), *_secrets(settings)]


def _terms(settings: dict[str, Any]) -> Iterator[tuple[str, LocalStage]]:
    open_ones = any(source["licence"] in (DETECT, "unknown") for source in settings["sources"])
    if open_ones or "licence" in settings:
        from oilstone_data.licence import LicenceFilter

        yield "licence", LicenceFilter(settings.get("licence", {}).get("allow"))


def _rust(settings: dict[str, Any]) -> Iterator[tuple[str, LocalStage]]:
    if "rust" in settings:
        from oilstone_data.rust.rules import RustRules

        yield "rust", RustRules(settings["rust"])


def _kinds(settings: dict[str, Any]) -> Iterator[tuple[str, LocalStage]]:
    if "shell" in settings:
        from oilstone_data.shell.family import named

        yield "family", named
    if "domains" in settings:
        from oilstone_data.domain.select import Domains

        yield "domain", Domains(settings["domains"])


def _secrets(settings: dict[str, Any]) -> Iterator[tuple[str, LocalStage]]:
    if (mode := settings.get("secrets", "off")) != "off":
        from oilstone_data.secrets import Secrets

        yield "secrets", Secrets(mode)
