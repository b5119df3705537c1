"""Outcomes of served answers, read: our own artifact strictly, a plain file line by line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from oilstone_data.lineage import rows_of
from oilstone_data.stage import Refusal, Row
from oilstone_schemas import jsonl, strict, validate
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.disk import guard

SCHEMA = "outcome.v1"
TEXTS = ("prompt", "completion")


class Outcome(NamedTuple):
    """One line, counted from 1: what it says, or why it cannot be read."""

    line: int
    row: Row
    refusal: Refusal | None


def read(found: Manifest) -> Iterator[Outcome]:
    """Yield every line. Raises OilstoneError at a bad one of an artifact, which was whole once."""
    if found.folder.is_dir():
        for line, row in enumerate(jsonl.read(rows_of(found), SCHEMA), start=1):
            yield Outcome(line, row, None)
    else:
        yield from _tolerantly(found.folder)


def moment(row: Row) -> datetime:
    """Return when the request was assigned, in UTC."""
    return datetime.fromisoformat(row["time"])


def unfit(row: Row, select: Mapping[str, Any]) -> Refusal | None:
    """Return why an outcome may not be learned from, if so; the first reason counts.

    Asked are consent, both texts, somebody else than the model to call it a success, and that
    they are sure. Reasons: `no_consent`, `no_text`, `own_word`, `kind`, `unsuccessful`, `unsure`.
    """
    if row.get("consent") is not True:
        return Refusal("no_consent", "the user did not agree that it is learned from")
    if not all(row.get(name, "").strip() for name in TEXTS):
        return Refusal("no_text", "prompt or completion is missing")
    if row["kind"] not in select["kinds"]:
        return _unwanted(row["kind"], select["kinds"])
    if row["outcome"] < select["outcome_min"]:
        return Refusal("unsuccessful", f"outcome {row['outcome']}, below {select['outcome_min']}")
    confidence, least = row.get("confidence"), select["confidence_above"]
    if confidence is None or confidence <= least:
        return Refusal("unsure", f"confidence {confidence}, not above {least}")
    return None


def without_texts(row: Row) -> Row:
    """Return what may be kept of an outcome that is not taken: none of its texts."""
    return {key: value for key, value in row.items() if key not in TEXTS}


def _unwanted(kind: str, kinds: list[str]) -> Refusal:
    if kind == "model":
        return Refusal("own_word", "only the model itself calls it a success")
    return Refusal("kind", f"an outcome of kind {kind}; asked for are {', '.join(kinds)}")


def _tolerantly(path: Path) -> Iterator[Outcome]:
    with guard(path), path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            yield _parsed(number, line)


def _parsed(number: int, line: bytes) -> Outcome:
    """Never quotes the line: nobody knows whether its texts may be kept."""
    mark = {"sha256": hashlib.sha256(line).hexdigest()}
    try:
        row = strict.parse(line)
    except ValueError:
        return Outcome(number, mark, Refusal("malformed", "not strict JSON"))
    wrong = sorted(
        {".".join(map(str, place)) or "$" for place, _ in validate.findings(row, SCHEMA)}
    )
    if wrong:
        said = f"breaks {SCHEMA} at {', '.join(wrong)[:200]}"
        return Outcome(number, mark, Refusal("malformed", said))
    return Outcome(number, row, None)
