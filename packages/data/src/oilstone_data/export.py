"""`oilstone-data export`: rows as problems to be solved, or as solutions to be judged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from oilstone_data.build import PRODUCER
from oilstone_data.problems import export_sources, sample
from oilstone_data.rows import JUDGING
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.command import OilstoneError, say

Row = dict[str, Any]


def export(dataset: Path, form: str, split: str, out: Path) -> dict[str, Any]:
    """Write the rows of `split` as `form` ("problems" or "samples") to the artifact `out`.

    `dataset` may also be a recipe, whose sources are then read without building a dataset.
    """
    if dataset.is_file():
        return export_sources(dataset, form, out)
    source = artifact.load(dataset, "dataset")
    settings = {"form": form, "split": split}
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
    lines: Iterator[Row] = map(_problem, jsonl.read(path, "row.v1"))
    lines = lines if form == "problems" else map(sample, lines)
    counts = {form: jsonl.write(stage / f"{form}.jsonl", lines, f"{form[:-1]}.v1")}
    made = artifact.publish(stage, out, kind=form, request=request, counts=counts, **key)
    return {"digest": made.digest, "out": str(out), "counts": counts, "up_to_date": False}


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
