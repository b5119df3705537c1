"""Answers and what a judge said of them, joined by problem and number from artifacts.

The judge is another package; what it found comes in as a report, and the report's manifest names
the samples that it is about. A row is only as good as its verdict when the text is the same.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from oilstone_data.lineage import parent, rows_of
from oilstone_data.stage import Check, Kept, Refusal, Refused, Row
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.verify import integrity

_Key = tuple[str, int]
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
    found = _samples(report, samples)
    by_key = {(row["problem_id"], row["sample_index"]): row for row in found}
    for key, verdict in _verdicts(report, by_key):
        yield Judged(by_key[key], verdict)


def _samples(report: Manifest, places: Sequence[Path]) -> Iterator[Row]:
    found = parent(report, "samples", places, "--samples")
    return jsonl.read(rows_of(found), "sample.v1")


def _verdicts(report: Manifest, known: Container[_Key]) -> Iterator[tuple[_Key, Row]]:
    path = report.folder / "verdicts.jsonl"
    for number, verdict in enumerate(jsonl.read(path, "verdict.v1"), start=1):
        key = (verdict["problem_id"], verdict["sample_index"])
        if key not in known:
            raise OilstoneError(
                f"{path}:{number}: a verdict about sample {key[1]} of {key[0]!r}, which is not"
                " among the samples; judge these samples again"
            )
        yield key, verdict


class Ruling(NamedTuple):
    """What a gate asks of a verdict; `text` is a hash of the program that was judged."""

    text: bytes
    status: str
    said: str
    danger: Any
    category: Any


Verdicts = Mapping[str, Sequence[Ruling]]
_LONGEST = 200  # characters of an explanation that are kept


def by_row(reports: Sequence[Path], samples: Sequence[Path] = ()) -> Verdicts:
    """Return what reports say of a dataset's own answers, by row id; some 500 B each."""
    found: dict[str, list[Ruling]] = defaultdict(list)
    for report in map(load, reports):
        texts = {
            (row["problem_id"], row["sample_index"]): _text(row["code"])
            for row in _samples(report, samples)
        }
        for key, verdict in _verdicts(report, texts):
            found[key[0]].append(_ruling(texts[key], verdict))
    return found


def _ruling(text: bytes, verdict: Row) -> Ruling:
    checks = verdict["checks"]
    said = f"{verdict['reason']}: {verdict['explanation'] or 'no more was said'}"[:_LONGEST]
    danger, category = checks.get("danger_level"), checks.get("danger_category")
    return Ruling(text, verdict["status"], said, danger, category)


def _text(code: str | None) -> bytes:
    return hashlib.blake2b((code or "").encode("utf-8", "surrogatepass"), digest_size=16).digest()


def all_tests_passed(verdicts: Verdicts) -> Check:
    """Return the check that keeps only rows whose verdict is `passed`.

    Reasons: `not_judged`, `judged_otherwise` (the verdict is about another text), `unscored` (the
    judge could not judge), `tests_failed`. Of several verdicts on one text each must be `passed`.
    """

    def check(row: Row) -> Refusal | None:
        found = _about(verdicts, row)
        if isinstance(found, Refusal):
            return found
        bad = next((ruling for ruling in found if ruling.status != "passed"), None)
        if bad is None:
            return None
        return Refusal("unscored" if bad.status == "unscored" else "tests_failed", bad.said)

    return check


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
        return next(filter(None, (_danger(ruling, limit) for ruling in found)), None)

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


def _danger(found: Ruling, limit: int) -> Refusal | None:
    if found.danger not in DANGER:
        return Refusal("danger_unknown", f"the verdict's danger_level is {found.danger!r}")
    if DANGER.index(found.danger) <= limit:
        return None
    named = f"{found.danger}: {found.category}" if found.category else str(found.danger)
    return Refusal("dangerous", named)


def _about(verdicts: Verdicts, row: Row) -> Sequence[Ruling] | Refusal:
    found = verdicts.get(row["id"], ())
    if not found:
        return Refusal("not_judged", "no verdict about this row in the reports named")
    text = _text(row["completion"])
    same = [ruling for ruling in found if ruling.text == text]
    if not same:
        return Refusal("judged_otherwise", "its verdict is about another text than the completion")
    return same
