"""Gathering evidence: every report verified, on the same problems, about the adapter, not stale."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from oilstone_gates import gatefile, report, subject
from oilstone_gates.measure import Evidence
from oilstone_gates.report import Report
from oilstone_schemas.command import OilstoneError, say


def gather(
    gates: Mapping[str, Any],
    folder: Path,
    baselines: Mapping[str, Path],
    adapter: Path | None,
    search: Sequence[Path],
) -> Evidence:
    """Read and verify what the gates need; raises OilstoneError when they cannot be evaluated."""
    ours = report.load(folder)
    theirs = {name: _baseline(name, baselines, ours) for name in gatefile.baselines(gates)}
    for name in baselines.keys() - theirs.keys():
        say(f"no gate is relative to baseline {name!r}; it is not read")
    return Evidence(ours, theirs, subject.adapter_digest(ours.manifest, search, adapter))


def day(today: str | None) -> str:
    """Return the day that ages are counted from, YYYY-MM-DD; today in UTC when none is named."""
    if today is None:
        return f"{datetime.now(UTC):%Y-%m-%d}"
    try:
        return date.fromisoformat(today).isoformat()
    except ValueError as error:
        raise OilstoneError(f"--as-of {today}: {error}; write a day as YYYY-MM-DD") from error


def require(gates: Mapping[str, Any], seen: Evidence, day: str | None) -> None:
    """Raise OilstoneError unless the reports are what the gate file's `requires` says."""
    asked = gates.get("requires", {})
    judged = {"adapter": seen.adapter, "problems": None}
    if "problems" in asked:
        judged["problems"] = report.problems_digest(seen.report)
    for key, found in judged.items():
        if asked.get(key) not in (None, found):
            raise OilstoneError(
                f"{seen.report.manifest.folder}: is about {key} {found}; these gates are for {key}"
                f" {asked[key]}; judge that, or correct requires.{key}"
            )
    if day is not None and "max_age_days" in asked:
        for item in seen.inputs:
            _fresh(item, asked["max_age_days"], day)


def _fresh(item: Any, most: int, day: str) -> None:
    made = item.data["created_at"][:10]
    age = (date.fromisoformat(day) - date.fromisoformat(made)).days
    if age > most:
        raise OilstoneError(
            f"{item.folder}: is {age} days old on {day}; these gates allow {most}; judge again"
        )


def _baseline(name: str, given: Mapping[str, Path], ours: Report) -> Report:
    if name not in given:
        raise OilstoneError(
            f"a gate is relative to baseline {name!r}: add --baseline {name}=DIR, a report of it"
        )
    found = report.load(given[name])
    if found.digest == ours.digest:
        raise OilstoneError(f"--baseline {name}={given[name]}: is the report itself")
    mine, other = report.problems_digest(ours), report.problems_digest(found)
    if mine != other:
        raise OilstoneError(
            f"--baseline {name}={given[name]}: judged on other problems ({other[:12]}) than"
            f" {ours.manifest.folder} ({mine[:12]}); judge both on the same ones"
        )
    return found
