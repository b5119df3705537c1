"""`table`: one row per report, one column per metric, slices one below the other."""

from collections.abc import Mapping, Sequence
from typing import Any

from oilstone_eval.reports import Report, same_problems
from oilstone_eval.scores import COMMON

CELL = 18
WIDE = 5  # metrics side by side


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
    """Return the table, at most 120 columns wide; further metrics follow below."""
    lines = []
    for name, rows in found["slices"].items():
        primary = " (primary)" if name == found["primary_slice"] else ""
        lines.append(f"{name}{primary}: value [95 % interval]")
        for metrics in _columns(rows):
            head = "".join(f"{_short(metric):>{CELL}}" for metric in metrics)
            lines.append(f"{'':<16}{'n':>5}{head}{'unscored':>9}")
            lines += [_row(arm, records, metrics) for arm, records in rows.items()] + [""]
    if any(
        "avg_clippy_warnings" in each for rows in found["slices"].values() for each in rows.values()
    ):
        lines.append(
            "clippy: warnings per program that compiles; every other column is over all n."
        )
    return "\n".join(lines).rstrip("\n")


def _columns(rows: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
    """Return the metrics of any arm in rows of a screen's width.

    The common ones have no column, and neither have those that apply to no sample.
    """
    names = [
        name
        for records in rows.values()
        for name, record in records.items()
        if name not in COMMON and (record["n"] or record["unscored"])
    ]
    unique = list(dict.fromkeys(names))
    return [unique[start : start + WIDE] for start in range(0, len(unique), WIDE)]


def _short(metric: str) -> str:
    name = metric.removeprefix("avg_").removesuffix("_score").removesuffix("_warnings")
    return name if len(name) < CELL else name.removesuffix("_rate")[: CELL - 1]


def _row(arm: str, records: Mapping[str, Any], metrics: Sequence[str]) -> str:
    cells = "".join(f"{_cell(records.get(metric)):>{CELL}}" for metric in metrics)
    unscored = max(record["unscored"] for record in records.values())
    return f"{arm[:16]:<16}{records['pass@1']['n']:>5}{cells}{unscored:>9}"


def _cell(record: Mapping[str, Any] | None) -> str:
    if record is None or record["value"] is None:
        return "n/a"
    if record["low"] is None:
        return f"{record['value']:.2f}"
    return f"{record['value']:.3f} [{record['low']:.2f} {record['high']:.2f}]"
