"""Reads finished reports: their metrics, their verdicts, and which problems they are about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from oilstone_eval.scores import Declared, of_record
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.canonical import loads
from oilstone_schemas.command import OilstoneError
from oilstone_schemas.disk import guard

Key = tuple[str, int]


@dataclass(frozen=True)
class Report:
    """One report, by the name it goes by in a table."""

    name: str
    manifest: Manifest

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """The content of metrics.json."""
        path = self.manifest.folder / "metrics.json"
        with guard(path):
            content: dict[str, Any] = loads(path.read_bytes())
        return content

    @cached_property
    def declared(self) -> dict[str, Declared]:
        """The metrics that are means over verdicts, as the report itself defines them."""
        records = self.metrics["metrics"].items()
        return {name: of_record(record) for name, record in records if "check" in record}

    @property
    def primary(self) -> str | None:
        """The slice that the main metrics are over; None for all problems."""
        name: str | None = self.metrics["primary_slice"]
        return name

    @property
    def problems(self) -> str:
        """The digest of the problems that were judged."""
        return next(item["digest"] for item in self.manifest.inputs if item["kind"] == "problems")

    def verdicts(self, slice: str | None) -> dict[Key, dict[str, Any]]:
        """Return the verdicts of a slice (None: all) by problem and index."""
        rows = jsonl.read(self.manifest.folder / "verdicts.jsonl", "verdict.v1")
        return {
            (row["problem_id"], row["sample_index"]): row
            for row in rows
            if slice is None or row["slice"] == slice
        }


def read(given: str, named: bool = True) -> Report:
    """Return the report of `NAME=FOLDER`, or of `FOLDER`, which goes by its last name."""
    name, equals, folder = given.partition("=")
    if not (named and equals):
        name, folder = Path(given).resolve().name, given
    return Report(name, artifact.load(Path(folder), "report"))


def same_problems(reports: Iterable[Report]) -> None:
    """Raise OilstoneError unless all reports are about the same problems."""
    first, *others = reports
    for other in others:
        if other.problems != first.problems:
            raise OilstoneError(
                f"{other.manifest.folder}: judged on other problems ({other.problems[:12]}) than"
                f" {first.manifest.folder} ({first.problems[:12]}); only answers to the same"
                " problems compare. Judge one of them again"
            )


def comparable(reports: Sequence[Report]) -> None:
    """Raise OilstoneError unless problems, prompts and tools are the same.

    A prompt that a report does not know, such as that of a foreign samples file, hinders nothing.
    """
    same_problems(reports)
    first, *others = reports
    for other in others:
        _same_prompt(first, other)
        _same_tools(first, other)


def _same_prompt(first: Report, other: Report) -> None:
    ours, theirs = (each.manifest.details.get("prompt_sha256") for each in (first, other))
    if ours and theirs and ours != theirs:
        raise OilstoneError(
            f"{other.manifest.folder}: its model was asked with another system prompt or chat"
            f" template ({theirs[:12]}) than that of {first.manifest.folder} ({ours[:12]}), which"
            " may be all the difference. Generate one of them again with the other's prompt"
        )


def _same_tools(first: Report, other: Report) -> None:
    ours, theirs = (each.manifest.details.get("tools", {}) for each in (first, other))
    changed = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
    if changed:
        told = "; ".join(f"{key}: {theirs.get(key)}, not {ours.get(key)}" for key in changed)
        raise OilstoneError(
            f"{other.manifest.folder}: judged with other tools than {first.manifest.folder}"
            f" ({told}). Judge one of them again on one machine"
        )
