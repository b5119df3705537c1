"""The problems that nothing may be trained on, known again by id and by content."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from oilstone_data.lineage import find, rows_of
from oilstone_data.stage import Kept, Refusal, Refused, Row
from oilstone_data.world.language import LANGUAGES, load
from oilstone_schemas import jsonl
from oilstone_schemas.artifact import Manifest

REASON = "evaluation_problem"
_SHORTEST = 12  # tokens of a skeleton below which equal skeletons mean nothing


class Evaluation:
    """Problem sets that are kept for evaluation: folders of artifacts, or JSONL files."""

    def __init__(self, places: Sequence[Path]) -> None:
        self.manifests: list[Manifest] = [find(place, "problems") for place in places]
        self._ids: dict[str, str] = {}
        self._prompts: dict[str, str] = {}
        self._references: dict[str, str] = {}
        self._sets: dict[str, list[Row]] = {}
        for manifest in self.manifests:
            name = f"{manifest.folder.name} ({manifest.digest[:12]})"
            self._sets[name] = list(jsonl.read(rows_of(manifest), "problem.v1"))
            for problem in self._sets[name]:
                self._add(problem, f"{problem['id']} of {name}")

    def __call__(self, rows: Sequence[Row]) -> Iterator[Kept | Refused]:
        """Answer every row, in order; refused are those that are about one of these problems.

        That is: derived from a problem of the same id; with the same prompt but for case, blanks
        and punctuation; with a completion that is a reference but for names, constants, comments
        and layout; or holding a problem's text as decontamination finds it.
        """
        for row, answer in zip(rows, self._copied(rows), strict=True):
            if why := self._known(row):
                yield Refused(row, *why)
            elif isinstance(answer, Refused):
                yield Refused(row, REASON, answer.explanation)
            else:
                yield answer

    def _copied(self, rows: Sequence[Row]) -> Iterator[Kept | Refused]:
        if not self._sets:
            return map(Kept, rows)
        from oilstone_data.decontaminate import Decontaminate

        return Decontaminate(self._sets)(rows)

    def _known(self, row: Row) -> Refusal | None:
        for how, known, key in (
            ("is", self._ids, row.get("derived_from", "")),
            ("asks the same as", self._prompts, _words(row["prompt"])),
            ("answers like the reference of", self._references, _skeleton(row, "completion")),
        ):
            if key and key in known:
                return Refusal(REASON, f"{how} evaluation problem {known[key]}")
        return None

    def _add(self, problem: Row, name: str) -> None:
        self._ids.setdefault(problem["id"], name)
        self._prompts.setdefault(_words(problem["prompt"]), name)
        abstract = _skeleton(problem, "reference")
        if len(abstract.split()) >= _SHORTEST:
            self._references.setdefault(abstract, name)


def _skeleton(row: Row, key: str) -> str:
    """Return what is left of a program without names and constants, as its language sees them."""
    language = row["language"] if row["language"] in LANGUAGES else "rust"
    return f"{language} {load(language).skeleton(row[key] or '')}"


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
