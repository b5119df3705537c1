"""`table`: one row per report, one column per metric, slices one below the other."""

from collections.abc import Mapping, Sequence
from typing import Any

from oilstone_eval.reports import Report, same_problems
from oilstone_eval.scores import METRICS

CELL = 18


def table(reports: Sequence[Report]) -> dict[str, Any]:
    """Return the slices, the primary one first, each with every report's metrics.

    Raises OilstoneError when the reports are not about the same problems.
    """
    same_problems(reports)
    first = reports[0].metrics
    primary = first["primary_slice"]
    names = sorted(first["slices"], key=lambda name: (name != primary, name))
    return {
        "primary_slice": primary,
        "slices": {
            name: {report.name: report.metrics["slices"][name] for report in reports}
            for name in names
        },
    }


def text(found: Mapping[str, Any]) -> str:
    """Return the table, at most 120 columns wide."""
    lines = []
    for name, rows in found["slices"].items():
        primary = " (primary)" if name == found["primary_slice"] else ""
        head = "".join(f"{_short(metric):>{CELL}}" for metric in METRICS)
        lines += [
            f"{name}{primary}: value [95 % interval]",
            f"{'':<16}{'n':>5}{head}{'unscored':>9}",
        ]
        lines += [_row(arm, records) for arm, records in rows.items()] + [""]
    lines.append("clippy: warnings per program that compiles; every other column is over all n.")
    return "\n".join(lines)


def _short(metric: str) -> str:
    return metric.removeprefix("avg_").removesuffix("_score").removesuffix("_warnings")


def _row(arm: str, records: Mapping[str, Any]) -> str:
    cells = "".join(f"{_cell(records[metric]):>{CELL}}" for metric in METRICS)
    unscored = max(record["unscored"] for record in records.values())
    return f"{arm[:16]:<16}{records['pass@1']['n']:>5}{cells}{unscored:>9}"


def _cell(record: Mapping[str, Any]) -> str:
    if record["value"] is None:
        return "n/a"
    if record["low"] is None:
        return f"{record['value']:.2f}"
    return f"{record['value']:.3f} [{record['low']:.2f} {record['high']:.2f}]"
