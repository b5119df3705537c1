"""`oilstone-data export`: rows as problems to be solved, or as solutions to be judged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from oilstone_data.build import PRODUCER
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.command import OilstoneError, say

Row = dict[str, Any]


def export(dataset: Path, form: str, split: str, out: Path) -> dict[str, Any]:
    """Write the rows of `split` as `form` ("problems" or "samples") to the artifact `out`."""
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
    convert = _problem if form == "problems" else _sample
    lines: Iterator[Row] = map(convert, jsonl.read(path, "row.v1"))
    counts = {form: jsonl.write(stage / f"{form}.jsonl", lines, f"{form[:-1]}.v1")}
    made = artifact.publish(stage, out, kind=form, request=request, counts=counts, **key)
    return {"digest": made.digest, "out": str(out), "counts": counts, "up_to_date": False}


def _problem(row: Row) -> Row:
    return {
        "id": row["id"],
        "language": row["language"],
        "prompt": row["prompt"],
        "tests": row["tests"],
        "reference": row["completion"],
        "domain": row["family"],
        "difficulty": None,
        "licence": row["licence"],
        "source": row["source"],
        "slice": row["slice"],
    }


def _sample(row: Row) -> Row:
    return {
        "problem_id": row["id"],
        "sample_index": 0,
        "completion": row["completion"],
        "code": row["completion"],
        "finish_reason": "copied",
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "seconds": 0.0,
    }
