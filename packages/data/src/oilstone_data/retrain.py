"""`oilstone-data retrain`: whether what came in since a dataset was made justifies a training run.

A run is due when there are enough new rows and enough time has passed, or when the success rate has
fallen. No clock is read: time passes from the dataset to its newest outcome, so the same files give
the same answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from oilstone_data import judged, outcomes
from oilstone_data.lineage import find
from oilstone_data.stage import Row
from oilstone_schemas import artifact, intervals, jsonl, recipe

_DAY = 86400.0


class Rate(NamedTuple):
    """Successes among units, each counted by its first outcome."""

    successes: int
    n: int

    @property
    def share(self) -> float:
        """The success rate, between 0 and 1; 0 of nothing."""
        return self.successes / self.n if self.n else 0.0


class Drift(NamedTuple):
    """The success rate after minus that before, and its interval, as differences of shares."""

    before: Rate
    after: Rate
    difference: float
    low: float
    high: float


def retrain(
    path: Path,
    places: Sequence[Path],
    reports: Sequence[Path],
    since: Path,
    overrides: Sequence[str],
) -> tuple[dict[str, Any], int]:
    """Return what speaks for and against a run, and 0 (run) or 1 (not yet)."""
    settings = recipe.load(path, "recipe-retrain.v1", overrides)
    made = datetime.fromisoformat(artifact.load(since, "dataset").data["created_at"])
    rows = list(_rows(places))
    new = [row for row in rows if outcomes.moment(row) > made]
    fresh = sum(outcomes.unfit(row, settings["select"]) is None for row in new)
    fresh += sum(passed_since(report, made) for report in reports)
    days = max(((outcomes.moment(row) - made).total_seconds() / _DAY for row in new), default=0.0)
    found = drift(rows, new, settings)
    return _decision(settings, fresh, days, found)


def drift(rows: Sequence[Row], new: Sequence[Row], settings: Mapping[str, Any]) -> Drift | None:
    """Compare the success rates of `rows` that are not in `new` and of those that are.

    Newcombe's hybrid score interval of a difference of two independent shares (Newcombe 1998,
    Statistics in Medicine 17:873, method 10). None when there are fewer outcomes than asked.
    """
    later = {id(row) for row in new}
    before = _rate((row for row in rows if id(row) not in later), settings["select"])
    after = _rate(new, settings["select"])
    if min(before.n, after.n) < settings["drift"]["min_outcomes"]:
        return None
    level = settings["drift"]["level"]
    low_b, high_b = intervals.wilson(before.successes, before.n, level)
    low_a, high_a = intervals.wilson(after.successes, after.n, level)
    difference = after.share - before.share
    return Drift(
        before,
        after,
        difference,
        difference - math.hypot(after.share - low_a, high_b - before.share),
        difference + math.hypot(high_a - after.share, before.share - low_b),
    )


def _rows(places: Sequence[Path]) -> Iterator[Row]:
    """Yield the first outcome of every request; what cannot be read is no evidence."""
    seen: set[str] = set()
    for place in places:
        for _, row, broken in outcomes.read(find(place, "outcomes")):
            if broken is None and row["request_id"] not in seen:
                seen.add(row["request_id"])
                yield row


def _rate(rows: Iterable[Row], select: Mapping[str, Any]) -> Rate:
    first: dict[tuple[str, str], bool] = {}
    for row in sorted(rows, key=lambda row: str(row["time"])):
        if row["kind"] in select["kinds"]:
            unit = (row["experiment"], row["unit_hash"])
            first.setdefault(unit, row["outcome"] >= select["outcome_min"])
    return Rate(sum(first.values()), len(first))


def passed_since(report: Path, made: datetime) -> int:
    """Return the number of passed samples of a report that is younger than `made`, else 0."""
    manifest = judged.load(report)
    if datetime.fromisoformat(manifest.data["created_at"]) <= made:
        return 0
    verdicts = jsonl.read(manifest.folder / "verdicts.jsonl", "verdict.v1")
    return sum(verdict["status"] == "passed" for verdict in verdicts)


def _decision(
    settings: Mapping[str, Any], fresh: int, days: float, found: Drift | None
) -> tuple[dict[str, Any], int]:
    rows_needed, days_needed = settings["min_rows"], settings["min_days"]
    drop = settings["drift"]["drop"]
    enough, due = fresh >= rows_needed, days >= days_needed
    fallen = found is not None and found.high < -drop
    run = enough and (due or fallen)
    reasons = [
        f"{'enough' if enough else 'too few'} new rows: {fresh} of {rows_needed}",
        f"{'enough' if due else 'too few'} days: {days:.1f} of {days_needed:g}",
        _told(found, drop, fallen),
    ]
    return {
        "run": run,
        "new_rows": fresh,
        "days": days,
        "drift": None if found is None else found._asdict(),
        "reasons": reasons,
        "message": "\n".join(["run" if run else "not yet", *(f"  {reason}" for reason in reasons)]),
    }, 0 if run else 1


def _told(found: Drift | None, drop: float, fallen: bool) -> str:
    if found is None:
        return "success rate: too few outcomes before or after to compare"
    fell = "has fallen" if fallen else "has not provably fallen"
    return (
        f"success rate {fell} by more than {drop:g}:"
        f" {found.before.share:.3f} -> {found.after.share:.3f},"
        f" {found.difference:+.3f} [{found.low:+.3f} {found.high:+.3f}],"
        f" n {found.before.n} and {found.after.n}"
    )
