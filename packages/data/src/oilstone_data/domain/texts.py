"""The texts to be classified: of an artifact's rows, or of the lines of anybody's JSONL file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from oilstone_data.sources import jsonl as foreign
from oilstone_data.stage import Refusal, Row
from oilstone_schemas import jsonl
from oilstone_schemas.artifact import Manifest

# The first of these that a line has is its text, unless others are named.
FIELDS = (
    "prompt", "question", "problem", "problem_statement", "instruction", "instructions", "nl",
    "statement", "description", "exercise", "text", "content",
)  # fmt: skip
_TAGS = ("tags", "cf_tags")
_IDS = ("id", "task_id", "problem_id", "name")
_ROWS = {
    "dataset": {"train.jsonl": "row.v1", "eval.jsonl": "row.v1", "test.jsonl": "row.v1"},
    "problems": {"problems.jsonl": "problem.v1"},
}


class Text(NamedTuple):
    """One line of a file: its text and tags, or why it has none."""

    file: str
    line: int
    id: str | None
    text: str
    tags: Sequence[str]
    row: Row | str
    refusal: Refusal | None = None


def of_artifact(manifest: Manifest) -> Iterator[Text]:
    """Yield the prompts of a dataset's or problem set's rows."""
    for name, schema in _ROWS[manifest.kind].items():
        for line, row in enumerate(jsonl.read(manifest.folder / name, schema), start=1):
            yield Text(name, line, row["id"], row["prompt"], _tags(row), row)


def of_file(path: Path, fields: Sequence[str]) -> tuple[str, Iterator[Text]]:
    """Return the sha256 of a file of other people's, and its texts.

    A line that cannot be read or has none of the fields says why. `fields`: what makes the text
    of a line, joined by line ends; the first of FIELDS that it has when empty.
    """
    found = foreign.inventory({"path": str(path), "name": path.name})
    records = (record for part in found.parts for record in foreign.records(part))
    return found.sha256, (_text(path.name, record, fields) for record in records)


def _text(file: str, record: Any, fields: Sequence[str]) -> Text:
    raw = (record.raw or b"").removesuffix(b"\n").decode("utf-8", "replace")[:1000]
    if record.value is None:
        return Text(file, record.number, None, "", (), raw, record.refusal)
    row = record.value
    chosen = fields or next(([name] for name in FIELDS if isinstance(row.get(name), str)), [])
    text = "\n".join(str(row[name]) for name in chosen if row.get(name))
    why = None if text.strip() else Refusal("no_text", f"none of {', '.join(fields or FIELDS)}")
    return Text(file, record.number, _id(row), text, _tags(row), row, why)


def _id(row: Mapping[str, Any]) -> str | None:
    return next((str(row[key]) for key in _IDS if row.get(key) is not None), None)


def _tags(row: Mapping[str, Any]) -> list[str]:
    given = (row[key] for key in _TAGS if row.get(key))
    lists = ([value] if isinstance(value, str) else value for value in given)
    return [tag for tags in lists if isinstance(tags, list) for tag in tags if isinstance(tag, str)]
