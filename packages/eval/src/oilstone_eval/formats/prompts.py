"""Sets of prompts without tests: a text file with a prompt a line, or JSONL with `prompt`."""

from collections.abc import Iterator
from pathlib import Path

from oilstone_eval.formats.rows import Row, keys, rows, text
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import guard

# What only rows of problems have: without a test, a broken one must not look like a prompt.
TESTED = {"id", "task_id", "tests", "test", "checker", "answer", "reference"}


def read(path: Path, language: str) -> Iterator[Row] | None:
    """Return the prompts as problems of `language`, unless a row names another; None for no set.

    Answers to them are compiled, linted and measured as the language's judge does, and run nothing:
    `pass@1` stays unscored. In a text file, lines that are empty or begin with # do not count.
    """
    if path.suffix == ".txt":
        return _lines(path, language)
    there = keys(path)
    if "prompt" in there and not there & TESTED:
        return _rows(path, language)
    return None


def _lines(path: Path, language: str) -> Iterator[Row]:
    with guard(path):
        lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not kept:
        raise OilstoneError(f"{path}: no prompts in it")
    for number, line in enumerate(kept, start=1):
        yield _problem(number, line, language)


def _rows(path: Path, language: str) -> Iterator[Row]:
    for number, (where, row) in enumerate(rows(path), start=1):
        spoken = text(row, "language", where) if "language" in row else language
        yield _problem(number, text(row, "prompt", where), spoken)


def _problem(number: int, prompt: str, language: str) -> Row:
    return {
        "id": f"prompt-{number:04}", "language": language, "prompt": prompt, "tests": [],
        "reference": None, "domain": "prompts", "difficulty": None, "licence": "NONE",
        "source": "prompts", "slice": "prompts",
    }  # fmt: skip
