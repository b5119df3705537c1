"""Paraphrased prompts: further rows with the same completion, marked as synthetic."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from oilstone_data.enrich.endpoint import Answer
from oilstone_data.enrich.prose import written_in
from oilstone_data.stage import Refusal, Row

_KEPT = re.compile(r"\d+(?:\.\d+)?|`[^`]+`|\"[^\"]+\"")


def question(row: Row, variant: int, settings: Mapping[str, Any]) -> str:
    """Return what the model is asked for wording number `variant` (from 1) of a row's prompt."""
    fields = {"prompt": row["prompt"], "language": row["language"]}
    counted = {"variant": variant, "per_row": settings["per_row"]}
    return str(settings["prompt"].format_map({**fields, **counted}))


def paraphrase(
    answer: Answer, row: Row, variant: int, settings: Mapping[str, Any]
) -> Row | Refusal:
    """Return the new row, in the group of the old one, or what is wrong with the wording.

    Reasons: `paraphrase_empty`, `paraphrase_cut_off`, `paraphrase_language`, `paraphrase_lossy` (a
    number or a quoted word of the task is missing).
    """
    text = answer.text.strip()
    if not text:
        return Refusal("paraphrase_empty", "the model answered nothing")
    if answer.finish_reason == "length":
        return Refusal("paraphrase_cut_off", "the answer was cut off at the token limit")
    if settings["language"] and not written_in(text, settings["language"]):
        return Refusal("paraphrase_language", f"not written in {settings['language']}")
    if lost := _details(row["prompt"]) - _details(text):
        return Refusal("paraphrase_lossy", f"it lacks {', '.join(sorted(lost))[:200]}")
    return {
        **row,
        "id": f"{row['id']}~{variant}",
        "prompt": text,
        "synthetic": True,
        "derived_from": row["id"],
    }


def _details(prompt: str) -> Counter[str]:
    return Counter(_KEPT.findall(prompt))
