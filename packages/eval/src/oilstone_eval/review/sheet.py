"""Sheets of random samples for people to mark, without the judge's verdict."""

import csv
import io
import json
import random
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from oilstone_eval import inputs
from oilstone_eval.formats.export import input_of
from oilstone_eval.inputs import Row
from oilstone_eval.page import frame
from oilstone_eval.reports import Report
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import replacing

COLUMNS = ("problem_id", "sample_index", "prompt", "code", "mark", "note")
MARKS = ("right", "wrong", "unsure")


def write(report: Report, out: Path, count: int, seed: int) -> int:
    """Write `count` random scored samples to `out`, a .csv or .html file; return their number.

    The same report and seed give the same samples.
    """
    chosen = _chosen(report, count, seed)
    if out.suffix not in (".csv", ".html"):
        raise OilstoneError(f"{out}: a sheet is a .csv or an .html file")
    content = _table(chosen) if out.suffix == ".csv" else _page(chosen, report.manifest.digest)
    with replacing(out) as temporary:
        temporary.write_bytes(content.encode(errors="replace"))
    return len(chosen)


def _chosen(report: Report, count: int, seed: int) -> list[Row]:
    problems = inputs.problems(input_of(report, "problems"))
    samples = inputs.samples(input_of(report, "samples"), problems)
    verdicts = report.verdicts(None)
    scored = [
        row
        for row in samples
        if verdicts[row["problem_id"], row["sample_index"]]["status"] != "unscored"
    ]
    drawn = random.Random(seed).sample(scored, min(count, len(scored)))
    return [
        {"problem_id": row["problem_id"], "sample_index": row["sample_index"],
         "prompt": problems[row["problem_id"]]["prompt"],
         "code": row["code"] or row["completion"], "mark": "", "note": ""}
        for row in drawn
    ]  # fmt: skip


def _table(rows: Sequence[Row]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _page(rows: Sequence[Row], digest: str) -> str:
    """Return a page that is filled in in a browser and saves its marks as CSV itself."""
    script = files("oilstone_eval").joinpath("review", "sheet.js").read_text()
    data = json.dumps([[row["problem_id"], row["sample_index"]] for row in rows])
    head = (
        f"<h1>{len(rows)} samples to mark</h1>\n<p class=sub>of report {digest[:12]}. Mark each as"
        " right when it does what was asked; then save the sheet.</p>"
    )
    safe = data.replace("<", "\\u003c")
    tail = (
        "<p><button id=save>Save marks.csv</button>\n"
        f"<script>\nconst rows = {safe};\n{script}</script>"
    )
    return frame("Samples to mark", [head, *map(_item, range(len(rows)), rows), tail])


def _item(number: int, row: Row) -> str:
    choices = " ".join(
        f"<label><input type=radio name=m{number} value={mark}> {mark}</label>" for mark in MARKS
    )
    return (
        f"<h2>{number + 1}. {escape(row['problem_id'])}, sample {row['sample_index']}</h2>\n"
        f"<pre class=prose>{escape(row['prompt'])}</pre>\n<pre>{escape(row['code'])}</pre>\n"
        f"<p>{choices} <input name=n{number} placeholder=note size=50>"
    )
