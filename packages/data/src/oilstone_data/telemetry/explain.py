"""`oilstone-data explain`: why one row is in a dataset, or is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from oilstone_schemas import artifact
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError

SIDES = ("train", "eval", "test")


def explain(dataset: Path, row_id: str) -> dict[str, Any]:
    """Return where the row went and why; "message" says it in sentences.

    A refused row is found by the id that it had, or by SOURCE/LINE. Raises OilstoneError when the
    dataset never saw it.
    """
    manifest = artifact.load(dataset, "dataset")
    for found in (_kept(dataset, manifest, row_id), _refused(dataset, row_id)):
        if found is not None:
            return found
    raise OilstoneError(
        f"{dataset}: no row {row_id!r}, neither kept nor refused. Ids look like"
        f" {_example(dataset)!r}; a refused line is called SOURCE/LINE"
    )


def _kept(dataset: Path, manifest: Manifest, row_id: str) -> dict[str, Any] | None:
    for side in SIDES:
        for row in _lines(dataset / f"{side}.jsonl", row_id):
            if row["id"] == row_id:
                return _why_kept(manifest, side, row)
    return None


def _why_kept(manifest: Manifest, side: str, row: dict[str, Any]) -> dict[str, Any]:
    stages = [e["stage"] for e in manifest.data["details"].get("stages", [])
              if e["source"] == row["source"]]  # fmt: skip
    marks, share = _marks(row), _share(manifest, side)
    lines = [
        f"{row['id']}: kept, on the side {side}",
        f"passed: {', '.join(stages) or 'every check'}",
        f"group {row['group']}: all its rows are on this side{share}",
        f"quality: {_quality(row['quality'])}",
    ]
    lines += [f"marks in the syntax tree: {', '.join(marks)}"] if marks else []
    return {"id": row["id"], "status": "kept", "side": side, "group": row["group"],
            "stages": stages, "quality": row["quality"], "marks": marks,
            "message": "\n".join(lines)}  # fmt: skip


def _quality(quality: dict[str, Any]) -> str:
    documented = "documented" if quality["documented"] else "not documented"
    low = quality["low_quality"]
    return f"{quality['idiomatic']} marks of idiom, {low} of low quality, {documented}"


def _marks(row: dict[str, Any]) -> list[str]:
    if row["language"] != "rust":
        return []
    from oilstone_data.rust import syntax

    return sorted(syntax.marks(row["completion"]))


def _share(manifest: Manifest, side: str) -> str:
    split = manifest.recipe.get("split")
    return f" (share of the recipe: {split[side]})" if split else ""


def _refused(dataset: Path, row_id: str) -> dict[str, Any] | None:
    for row in _lines(dataset / "refused.jsonl", row_id):
        place = f"{row['source']}/{row['line']}"
        inside = row["row"].get("id") if isinstance(row["row"], dict) else None
        if row_id in (place, row.get("id"), inside):
            stage = f" at the stage {row['stage']}" if "stage" in row else ""
            message = f"{row_id}: refused{stage}: {row['reason']}: {row['explanation']}"
            kept: dict[str, Any] = {
                key: row[key] for key in ("source", "line", "stage", "reason") if key in row
            }
            return {"id": row_id, "status": "refused", **kept,
                    "explanation": row["explanation"], "message": message}  # fmt: skip
    return None


def _lines(path: Path, row_id: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of `path` in whose text the id, or its parts, occur."""
    whole = orjson.dumps(row_id)
    source, _, line = row_id.rpartition("/")
    place = b'"source":%b,"line":%b,' % (orjson.dumps(source), line.encode())
    with path.open("rb") as file:
        for text in file:
            if whole in text or place in text:
                yield orjson.loads(text)


def _example(dataset: Path) -> str:
    with (dataset / "train.jsonl").open("rb") as file:
        first = file.readline()
    return str(orjson.loads(first)["id"]) if first else "SOURCE/NUMBER"
