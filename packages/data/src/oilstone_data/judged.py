"""Answers and what a judge said of them, joined by problem and number from artifacts.

The judge is another package; what it found comes in as a report, and the report's manifest names
the samples that it is about. A row is only as good as its verdict when the text is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oilstone_data.lineage import parent, rows_of
from oilstone_data.stage import Check, Kept, Refusal, Refused, Row
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.verify import integrity

DANGER = ("safe", "review", "dangerous", "critical")


@dataclass(frozen=True)
class Judged:
    """One sample and its verdict."""

    sample: Row
    verdict: Row

    @property
    def checks(self) -> dict[str, Any]:
        """Every check's value by name; None where it did not apply."""
        return dict(self.verdict["checks"])


def load(report: Path) -> Manifest:
    """Return a report's manifest. Raises OilstoneError unless its files are what they were."""
    found = artifact.load(report, "report")
    if wrong := list(integrity(found)):
        raise OilstoneError("\n".join(wrong))
    return found


def read(report: Manifest, samples: Sequence[Path] = ()) -> Iterator[Judged]:
    """Yield every sample of a report with its verdict, in the order of the verdicts.

    `samples`: where to look for the samples beside where they were when they were judged. Raises
    OilstoneError when a verdict is about a sample that is not there.
    """
    found = parent(report, "samples", samples, "--samples")
    by_key = {
        (row["problem_id"], row["sample_index"]): row
        for row in jsonl.read(rows_of(found), "sample.v1")
    }
    path = report.folder / "verdicts.jsonl"
    for number, verdict in enumerate(jsonl.read(path, "verdict.v1"), start=1):
        key = (verdict["problem_id"], verdict["sample_index"])
        if key not in by_key:
            raise OilstoneError(
                f"{path}:{number}: a verdict about sample {key[1]} of {key[0]!r}, which is not in"
                f" {rows_of(found)}; judge these samples again"
            )
        yield Judged(by_key[key], verdict)


Verdicts = Mapping[str, Sequence[Judged]]


def by_row(reports: Sequence[Path], samples: Sequence[Path] = ()) -> Verdicts:
    """Return what reports say of a dataset's own answers, by row id."""
    found: dict[str, list[Judged]] = defaultdict(list)
    for report in reports:
        for judged in read(load(report), samples):
            found[judged.sample["problem_id"]].append(judged)
    return found


def all_tests_passed(verdicts: Verdicts) -> Check:
    """Return the check that keeps only rows whose verdict is `passed`.

    Reasons: `not_judged`, `judged_otherwise` (the verdict is about another text), `unscored` (the
    judge could not judge), `tests_failed`.
    """

    def check(row: Row) -> Refusal | None:
        found = _about(verdicts, row)
        return found if isinstance(found, Refusal) else _failure(found)

    return check


class VerdictGate:
    """A global stage: the row must have passed, and do no more harm than `danger` (see DANGER).

    `danger` None: harm is not asked about. The verdicts are about the dataset's own answers.
    """

    def __init__(self, verdicts: Verdicts, passed: bool, danger: str | None) -> None:
        self.checks: list[Check] = [all_tests_passed(verdicts)] if passed else []
        if danger is not None:
            self.checks.append(harmless(verdicts, danger))

    def __call__(self, rows: Iterable[Row]) -> Iterator[Kept | Refused]:
        """Answer every row, in order; the first reason counts."""
        for row in rows:
            why = next(filter(None, (check(row) for check in self.checks)), None)
            yield Kept(row) if why is None else Refused(row, *why)


def _failure(found: Sequence[Judged]) -> Refusal | None:
    for verdict in (judged.verdict for judged in found):
        if verdict["status"] != "passed":
            reason = "unscored" if verdict["status"] == "unscored" else "tests_failed"
            said = verdict["explanation"] or "no more was said"
            return Refusal(reason, f"{verdict['reason']}: {said}")
    return None


def harmless(verdicts: Verdicts, most: str = "safe") -> Check:
    """Return the check that keeps only rows whose `danger_level` is `most` (see DANGER) or lower.

    Reasons: `not_judged`, `judged_otherwise`, `danger_unknown`, `dangerous`. A row that nobody
    judged is refused: silence is not safety.
    """
    limit = DANGER.index(most)

    def check(row: Row) -> Refusal | None:
        found = _about(verdicts, row)
        if isinstance(found, Refusal):
            return found
        return next(filter(None, (_danger(judged, limit) for judged in found)), None)

    return check


def _danger(found: Judged, limit: int) -> Refusal | None:
    level, category = found.checks.get("danger_level"), found.checks.get("danger_category")
    if level not in DANGER:
        return Refusal("danger_unknown", f"the verdict's danger_level is {level!r}")
    if DANGER.index(level) <= limit:
        return None
    return Refusal("dangerous", f"{level}: {category}" if category else str(level))


def _about(verdicts: Verdicts, row: Row) -> Sequence[Judged] | Refusal:
    found = verdicts.get(row["id"], ())
    if not found:
        return Refusal("not_judged", "no verdict about this row in the reports named")
    same = [judged for judged in found if judged.sample["code"] == row["completion"]]
    if not same:
        return Refusal("judged_otherwise", "its verdict is about another text than the completion")
    return same
