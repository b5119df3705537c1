"""The global stages that a recipe asks for, in their order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from oilstone_data import judged
from oilstone_data.dedup import Deduplicate
from oilstone_data.shell.family import Unrepeated
from oilstone_data.shell.gate import lint_gate
from oilstone_data.shell.shellcheck import ShellCheck, cache
from oilstone_data.stage import GlobalStage


def stages(settings: dict[str, Any], folder: Path) -> list[tuple[str, GlobalStage]]:
    """Return (name, stage); what a stage cannot hold in memory it writes to `folder`."""
    found: list[tuple[str, GlobalStage]] = []
    if (shell := settings.get("shell")) is not None:
        if shell["severity"] is not None:
            found.append(("shellcheck", lint_gate(ShellCheck(cache()), shell["severity"])))
        found.append(("commands", Unrepeated(shell["per_family"])))
    if (verdicts := settings.get("verdicts")) is not None:
        known = judged.by_row(verdicts["reports"], verdicts["samples"])
        gate = judged.VerdictGate(known, verdicts["passed"], verdicts["danger"])
        found.append(("verdicts", gate))
    if (dedup := settings.get("dedup")) is not None:
        stage = Deduplicate(dedup["threshold"], dedup["ngram"], dedup["fields"], folder)
        found.append(("dedup", stage))
    return found
