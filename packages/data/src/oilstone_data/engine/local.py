"""The local stages that a recipe asks for, in their order."""

from __future__ import annotations

from typing import Any

from oilstone_data.domain.select import Domains
from oilstone_data.rust.rules import RustRules
from oilstone_data.shell.family import named
from oilstone_data.stage import LocalStage


def stages(settings: dict[str, Any]) -> list[tuple[str, LocalStage]]:
    """Return (name, stage). Raises OilstoneError at settings that do not fit together."""
    found: list[tuple[str, LocalStage]] = []
    if "rust" in settings:
        found.append(("rust", RustRules(settings["rust"])))
    if "shell" in settings:
        found.append(("family", named))
    if "domains" in settings:
        found.append(("domain", Domains(settings["domains"])))
    if (mode := settings.get("secrets", "off")) != "off":
        from oilstone_data.secrets import Secrets

        found.append(("secrets", Secrets(mode)))
    return found
