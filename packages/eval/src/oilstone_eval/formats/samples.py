"""Sample files of others: human-eval (`completion`), EvalPlus (`solution`), lm-eval (`resps`)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from oilstone_eval import extract
from oilstone_eval.formats.rows import Row, first, keys, rows, text
from oilstone_schemas.command import OilstoneError

MARKS = ("resps", "solution", "completion")


def read(path: Path, known: Mapping[str, Row]) -> Iterator[Row] | None:
    """Return the samples of a foreign file, as in sample.v1; None when its kind is not known.

    Answers to one problem are numbered in their order. Nothing is taken out of a `completion` or
    `solution`: they are code. An answer in `resps` is raw text, from which code is extracted.
    """
    there = keys(path)
    mark = None if "problem_id" in there else first(MARKS, there)
    if mark is None:
        return None
    return _numbered(_lm_eval(path, known) if mark == "resps" else _code(path, mark))


Answer = tuple[str, str, str | None]  # problem, raw text, code


def _numbered(answers: Iterator[Answer]) -> Iterator[Row]:
    seen: Counter[str] = Counter()
    for name, completion, code in answers:
        yield {
            "problem_id": name, "sample_index": seen[name], "completion": completion, "code": code,
            "finish_reason": "unknown", "prompt_tokens": 0, "completion_tokens": 0, "seconds": 0.0,
        }  # fmt: skip
        seen[name] += 1


def _code(path: Path, key: str) -> Iterator[Answer]:
    for where, row in rows(path):
        code = text(row, key, where)
        yield text(row, "task_id", where), code, code


def _lm_eval(path: Path, known: Mapping[str, Row]) -> Iterator[Answer]:
    """Yield the answers of a file of `lm_eval --log_samples`, once: every filter repeats them."""
    names, chosen = list(known), None
    for where, row in rows(path):
        chosen = chosen or str(row.get("filter"))
        if str(row.get("filter")) != chosen:
            continue
        name = _document(row, names, where)
        for answer in _answers(row["resps"], where):
            yield name, answer, extract.code(answer, known[name]["language"])


def _document(row: Row, names: Sequence[str], where: str) -> str:
    """Return the problem: as the document names it, else the one at its place."""
    document = row.get("doc")
    named = document.get("task_id") if isinstance(document, dict) else None
    for name in (named, f"Mbpp/{named}"):
        if name in names:
            return str(name)
    place = row.get("doc_id")
    if not isinstance(place, int) or not 0 <= place < len(names):
        raise OilstoneError(f"{where}: 'doc_id' {place!r} is no place among {len(names)} problems")
    return names[place]


def _answers(responses: object, where: str) -> list[str]:
    listed = responses if isinstance(responses, list) else []
    flat = [text for each in listed for text in (each if isinstance(each, list) else [each])]
    if not flat or not all(isinstance(answer, str) for answer in flat):
        raise OilstoneError(f"{where}: 'resps' holds no texts")
    return flat
