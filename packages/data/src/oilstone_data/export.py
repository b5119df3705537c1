"""`oilstone-data export`: rows as problems to be solved, or as solutions to be judged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from oilstone_data.build import PRODUCER
from oilstone_data.problems import export_sources, sample
from oilstone_data.rows import JUDGING
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.command import OilstoneError, say

Row = dict[str, Any]


def export(
    dataset: Path, form: str, split: str, out: Path, limit: int | None = None
) -> dict[str, Any]:
    """Write the rows of `split` as `form` ("problems" or "samples") to the artifact `out`.

    `limit`: so many rows at most, drawn by a hash of the dataset's seed and the row's id, in their
    order. `dataset` may also be a recipe, whose sources are then read without building a dataset.
    """
    if dataset.is_file():
        if limit is not None:
            raise OilstoneError("--limit is for a dataset; a recipe's sources have their own")
        return export_sources(dataset, form, out)
    source = artifact.load(dataset, "dataset")
    settings = {"form": form, "split": split, **({"limit": limit} if limit else {})}
    key: dict[str, Any] = {
        "producer": PRODUCER,
        "recipe": settings,
        "seed": source.seed,
        "inputs": [source],
    }
    request = artifact.request(form, **key)
    if found := artifact.current(out, request):
        say(f"up to date: {out}")
        return {"digest": found.digest, "out": str(out), "counts": found.counts, "up_to_date": True}
    path = dataset / f"{split}.jsonl"
    if not path.is_file():
        raise OilstoneError(f"{path}: no such split; {dataset} holds train, eval and test")
    stage = artifact.stage(out, request)
    rows = jsonl.read(path, "row.v1")
    chosen = _drawn(rows, limit, source.seed) if limit else rows
    lines: Iterator[Row] = map(_problem, chosen)
    lines = lines if form == "problems" else map(sample, lines)
    counts = {form: jsonl.write(stage / f"{form}.jsonl", lines, f"{form[:-1]}.v1")}
    made = artifact.publish(stage, out, kind=form, request=request, counts=counts, **key)
    return {"digest": made.digest, "out": str(out), "counts": counts, "up_to_date": False}


def _drawn(rows: Iterable[Row], limit: int, seed: int) -> list[Row]:
    lots = [(hashlib.sha256(f"{seed}/{row['id']}".encode()).digest(), row) for row in rows]
    last = sorted(lot for lot, _ in lots)[:limit][-1:]
    return [row for lot, row in lots if [lot] <= last]


def _problem(row: Row) -> Row:
    judging = {key: row[key] for key in JUDGING if key in row}
    return {
        "id": row["id"],
        "language": row["language"],
        "prompt": row["prompt"],
        "tests": row["tests"],
        "reference": row["completion"],
        "domain": row["family"],
        "difficulty": row.get("difficulty"),
        "licence": row["licence"],
        "source": row["source"],
        "slice": row["slice"],
        **judging,
    }
