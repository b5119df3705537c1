"""Marks that people gave: from sheets into a file of rows, checked against the report."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from oilstone_eval.inputs import Row
from oilstone_eval.reports import Key, Report
from oilstone_eval.review.sheet import MARKS
from oilstone_schemas import jsonl
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import guard

SCHEMA = "mark.v1"


def take(report: Report, sheet: Path, reviewer: str, out: Path) -> int:
    """Write the marks of a filled-in CSV sheet to `out`, JSONL; return their number.

    Samples without a mark are left out. Raises OilstoneError, with all that is wrong, at a sample
    that the report does not have, one that is marked twice, or a mark that is none.
    """
    there = report.verdicts(None)
    rows = [_mark(row, reviewer, there, where) for where, row in _lines(sheet)]
    kept = {(row["problem_id"], row["sample_index"]): row for row in rows if row["mark"]}
    marked = [row for row in rows if row["mark"]]
    if len(kept) < len(marked):
        raise OilstoneError(f"{sheet}: a sample is marked twice; leave one of the marks")
    if not marked:
        raise OilstoneError(f"{sheet}: no marks in it; write right, wrong or unsure under `mark`")
    return jsonl.write(out, marked, SCHEMA)


def _lines(sheet: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    with guard(sheet), sheet.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        missing = {"problem_id", "sample_index", "mark"} - set(reader.fieldnames or ())
        if missing:
            raise OilstoneError(f"{sheet}:1: no column {', '.join(sorted(missing))}")
        for row in reader:
            yield f"{sheet}:{reader.line_num}", row


def _mark(row: Mapping[str, str], reviewer: str, there: Mapping[Key, Row], where: str) -> Row:
    mark, index = (row["mark"] or "").strip().lower(), row["sample_index"] or ""
    if mark and mark not in MARKS:
        raise OilstoneError(f"{where}: {mark!r} is no mark; there are {', '.join(MARKS)}")
    if not index.isdecimal() or (row["problem_id"], int(index)) not in there:
        raise OilstoneError(
            f"{where}: sample {index} of {row['problem_id']!r} is not in the report"
        )
    return {
        "problem_id": row["problem_id"], "sample_index": int(index), "mark": mark,
        "reviewer": reviewer, "note": row.get("note") or "",
    }  # fmt: skip
