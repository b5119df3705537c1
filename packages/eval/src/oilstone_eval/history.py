"""Metrics over the checkpoints of a run: a report each, then one table and one plot."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from oilstone_eval.reports import Report, read, same_problems
from oilstone_schemas.command import OilstoneError

_NUMBER = re.compile(r"(\d+)")


def find(folder: Path) -> list[Report]:
    """Return the reports below `folder`, in the order of the numbers in their names.

    Raises OilstoneError when there is none, or when they are about different problems.
    """
    paths = sorted({path.parent for path in folder.rglob("metrics.json")}, key=_order)
    found = [read(f"{path.relative_to(folder)}={path}") for path in paths]
    if not found:
        raise OilstoneError(
            f"{folder}: no reports below it; of a run with checkpoints, give --base, --problems and"
            " --out too"
        )
    same_problems(found)
    return found


def _order(path: Path) -> list[Any]:
    """Put checkpoint-9 before checkpoint-10."""
    return [int(part) if part.isdecimal() else part for part in _NUMBER.split(str(path))]


def step(name: str) -> int | None:
    """Return the last number in a report's name: the step, of checkpoint-N."""
    found = _NUMBER.findall(name)
    return int(found[-1]) if found else None


def history(reports: Sequence[Report]) -> dict[str, Any]:
    """Return, by report, its step, metrics over the primary slice and verdicts by reason."""
    return {
        "reports": [
            {"name": report.name, "step": step(report.name), "digest": report.manifest.digest,
             "metrics": report.metrics["metrics"], "reasons": report.metrics.get("reasons", {})}
            for report in reports
        ]
    }  # fmt: skip


def text(found: Mapping[str, Any]) -> str:
    """Return two tables: metrics by report, and verdicts by reason."""
    rows = found["reports"]
    metrics = list(dict.fromkeys(name for row in rows for name in row["metrics"]))
    reasons = list(dict.fromkeys(name for row in rows for name in row["reasons"]))
    width = max([len(row["name"]) for row in rows] + [12]) + 2
    head, counts = (_heads(names, width) for names in (metrics, reasons))
    lines = [head]
    lines += [_metrics(row, metrics, width) for row in rows]
    lines += ["", counts]
    lines += [_counts(row, reasons, width) for row in rows]
    return "\n".join(lines)


def _heads(names: Sequence[str], width: int) -> str:
    return " " * width + "".join(f"{name:>{max(len(name), 9) + 2}}" for name in names)


def _metrics(row: Mapping[str, Any], names: Sequence[str], width: int) -> str:
    cells = []
    for name in names:
        value = row["metrics"].get(name, {}).get("value")
        cells.append(f"{'n/a' if value is None else f'{value:.3f}':>{max(len(name), 9) + 2}}")
    return f"{row['name']:<{width}}" + "".join(cells)


def _counts(row: Mapping[str, Any], names: Sequence[str], width: int) -> str:
    cells = [f"{row['reasons'].get(name, 0):>{max(len(name), 9) + 2}}" for name in names]
    return f"{row['name']:<{width}}" + "".join(cells)
