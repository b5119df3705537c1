"""Reasoning traces: asked for with the known solution, kept only when they end in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from oilstone_data.enrich.endpoint import Answer
from oilstone_data.enrich.prose import written_in
from oilstone_data.stage import Refusal, Row

_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_BOXED = re.compile(r"\\boxed\{((?:[^{}]|\{[^{}]*\})*)\}")
_FINAL = re.compile(r"(?:####|answer(?: is|:))\s*\**\s*([^\n]+?)\**\.?\s*$", re.IGNORECASE)


def question(row: Row, settings: Mapping[str, Any]) -> str:
    """Return what the model is asked about a row; `settings` is the recipe's `traces`."""
    fields = {key: row[key] for key in ("prompt", "completion", "language")}
    return str(settings["prompt"].format_map({**fields, "answer": row.get("answer", "")}))


def trace(answer: Answer, row: Row, settings: Mapping[str, Any]) -> str | Refusal:
    """Return the reasoning of an answer without the solution it ends in, or what is wrong with it.

    Reasons: `trace_empty`, `trace_cut_off`, `trace_other_solution`, `trace_too_short`,
    `trace_too_long`, `trace_language`.
    """
    text = f"{answer.thoughts}\n\n{answer.text}".strip()
    if not answer.text.strip():
        return Refusal("trace_empty", "the model answered nothing")
    if answer.finish_reason == "length":
        return Refusal("trace_cut_off", "the answer was cut off at the token limit")
    reasoning = text
    if settings["ends_in_solution"]:
        found = before_solution(text, row)
        if found is None:
            return Refusal("trace_other_solution", "it does not end in the known solution")
        reasoning = found
    return _measured(reasoning, settings)


def before_solution(text: str, row: Row) -> str | None:
    """Return what stands before the known solution that a text ends in; None if it does not.

    A row with an `answer` (mathematics) is solved by the last boxed or final answer, any other by
    the last code block, or by the end of the text itself.
    """
    if row.get("answer"):
        return _before_answer(text, row["answer"])
    blocks = list(_FENCE.finditer(text))
    if blocks and not text[blocks[-1].end() :].strip():
        same = _lines(blocks[-1][1]) == _lines(row["completion"])
        return text[: blocks[-1].start()].rstrip() if same else None
    bare, solution = text.rstrip(), row["completion"].strip()
    return bare.removesuffix(solution).rstrip() if bare.endswith(solution) else None


def _before_answer(text: str, answer: str) -> str | None:
    found = list(_BOXED.finditer(text)) or list(_FINAL.finditer(text.rstrip()))
    if not found or _number(found[-1][1]) != _number(answer):
        return None
    return text[: found[-1].start()].rstrip()


def _measured(reasoning: str, settings: Mapping[str, Any]) -> str | Refusal:
    size = len(reasoning)
    if size < settings["min_characters"]:
        return Refusal("trace_too_short", f"{size} characters before the solution")
    if size > settings["max_characters"]:
        return Refusal("trace_too_long", f"{size} characters before the solution")
    if settings["language"] and not written_in(reasoning, settings["language"]):
        return Refusal("trace_language", f"not written in {settings['language']}")
    return reasoning


def _lines(code: str) -> list[str]:
    return [line.rstrip() for line in code.strip().splitlines()]


def _number(text: str) -> str:
    bare = re.sub(r"[\s$,]|\\[,!;]", "", text).rstrip(".").replace("\\dfrac", "\\frac")
    return bare.removesuffix(".0") if re.fullmatch(r"-?\d+\.0", bare) else bare
