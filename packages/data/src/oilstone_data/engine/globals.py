"""The global stages that a recipe asks for, in their order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from oilstone_data.dedup import Deduplicate
from oilstone_data.stage import GlobalStage


def stages(settings: dict[str, Any], folder: Path) -> list[tuple[str, GlobalStage]]:
    """Return (name, stage); what a stage cannot hold in memory it writes to `folder`."""
    found: list[tuple[str, GlobalStage]] = []
    if (dedup := settings.get("dedup")) is not None:
        stage = Deduplicate(dedup["threshold"], dedup["ngram"], dedup["fields"], folder)
        found.append(("dedup", stage))
    return found
