"""The problems that nothing may be trained on, known again by id and by content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from oilstone_data.lineage import find, rows_of
from oilstone_data.stage import Refusal, Row
from oilstone_data.world.skeleton import skeleton
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
        for manifest in self.manifests:
            for problem in jsonl.read(rows_of(manifest), "problem.v1"):
                self._add(problem, f"{problem['id']} of {manifest.folder.name}")

    def refusal(self, problem_id: str | None, prompt: str, completion: str) -> Refusal | None:
        """Return why a row is about one of these problems, if it is.

        Same id, same prompt but for case, blanks and punctuation, or a completion that is a
        problem's reference but for names, constants, comments and layout.
        """
        for how, known, key in (
            ("is", self._ids, problem_id or ""),
            ("asks the same as", self._prompts, _words(prompt)),
            ("answers like the reference of", self._references, skeleton(completion)),
        ):
            if key and key in known:
                return Refusal(REASON, f"{how} evaluation problem {known[key]}")
        return None

    def _add(self, problem: Row, name: str) -> None:
        self._ids.setdefault(problem["id"], name)
        self._prompts.setdefault(_words(problem["prompt"]), name)
        abstract = skeleton(problem["reference"] or "")
        if len(abstract.split()) >= _SHORTEST:
            self._references.setdefault(abstract, name)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
