"""The global stages that a recipe asks for, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from oilstone_data import judged, lineage
from oilstone_data.shell.family import Unrepeated
from oilstone_data.shell.gate import lint_gate
from oilstone_data.shell.shellcheck import ShellCheck, cache
from oilstone_data.stage import GlobalStage, Row
from oilstone_schemas import jsonl


def stages(settings: dict[str, Any], folder: Path) -> list[tuple[str, GlobalStage]]:
    """Return (name, stage); what a stage cannot hold in memory it writes to `folder`.

    What keeps one row of several comes last: it must not choose one that another stage refuses.
    """
    return [
        *_linted(settings),
        *_judged(settings),
        *_unseen(settings),
        *_unrepeated(settings, folder),
    ]


def _linted(settings: dict[str, Any]) -> Iterator[tuple[str, GlobalStage]]:
    if (severity := settings.get("shell", {}).get("severity")) is not None:
        yield "shellcheck", lint_gate(ShellCheck(cache()), severity)


def _judged(settings: dict[str, Any]) -> Iterator[tuple[str, GlobalStage]]:
    if (verdicts := settings.get("verdicts")) is not None:
        known = judged.by_row(verdicts["reports"], verdicts["samples"])
        yield "verdicts", judged.VerdictGate(known, verdicts["passed"], verdicts["danger"])


def _unseen(settings: dict[str, Any]) -> Iterator[tuple[str, GlobalStage]]:
    if (asked := settings.get("decontaminate")) is not None:
        from oilstone_data.decontaminate import Decontaminate

        given = {key: asked[key] for key in ("fields", "copied", "renamed")}
        yield "decontaminate", Decontaminate(evaluation_sets(asked["against"]), **given)


def _unrepeated(settings: dict[str, Any], folder: Path) -> Iterator[tuple[str, GlobalStage]]:
    if (shell := settings.get("shell")) is not None:
        yield "commands", Unrepeated(shell["per_family"])
    if (dedup := settings.get("dedup")) is not None:
        from oilstone_data.dedup import Deduplicate

        near = Deduplicate(dedup["threshold"], dedup["ngram"], dedup["fields"], folder)
        yield "dedup", near


def evaluation_sets(places: Sequence[Path]) -> dict[str, Iterable[Row]]:
    """Return the problems of each set by its name: folders of artifacts, or JSONL files."""
    found = [lineage.find(place, "problems") for place in places]
    names = [manifest.folder.name.partition(".")[0] for manifest in found]
    return {
        f"{name}-{i}" if names.count(name) > 1 else name: jsonl.read(
            lineage.rows_of(manifest), "problem.v1"
        )
        for i, (name, manifest) in enumerate(zip(names, found, strict=True), 1)
    }
