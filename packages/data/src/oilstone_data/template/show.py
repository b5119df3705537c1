"""`oilstone-data render`: a row as the model will see it."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from oilstone_data.template.chat import conversation, load
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.command import OilstoneError

SPLITS = ("train", "eval", "test")


def show(dataset: Path, row_id: str, tokenizer: Path, day: date | None) -> dict[str, Any]:
    """Return the rendered row, and the hashes by which two sides know that they agree."""
    prompt = str(artifact.load(dataset, "dataset").details["system_prompt"])
    template, messages = load(tokenizer, day), conversation(_row(dataset, row_id), prompt)
    return {
        "message": template.render(messages),
        "asked": template.render(messages[:-1], ask=True),
        "answer_follows": template.answer_follows(messages),
        "preamble": template.preamble,
        "chat_template_sha256": template.sha256,
        "system_prompt_sha256": hashlib.sha256(prompt.encode()).hexdigest(),
    }


def _row(dataset: Path, row_id: str) -> dict[str, Any]:
    for split in SPLITS:
        for row in jsonl.read(dataset / f"{split}.jsonl", "row.v1"):
            if row["id"] == row_id:
                return row
    raise OilstoneError(f"{dataset}: no row {row_id!r} in {', '.join(SPLITS)}")
