"""Problems straight from the sources of a recipe, with or without known solutions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from oilstone_data import recipe
from oilstone_data.adapters.item import Item
from oilstone_data.adapters.known import ADAPTERS
from oilstone_data.books import Entry, line
from oilstone_data.engine import refusals
from oilstone_data.rows import problem
from oilstone_data.sources.kinds import inventory, records
from oilstone_data.sources.record import Inventory, Record
from oilstone_data.stage import Refusal, Row
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.command import OilstoneError, say
from oilstone_schemas.disk import replacing

PRODUCER = "oilstone-data"
_JUDGED_BY = ("tests", "test_code", "answer", "reference")


def export_sources(path: Path, form: str, out: Path) -> dict[str, Any]:
    """Write the problems that a recipe's sources hold, or their first solutions as samples.

    What cannot be one goes to refused.jsonl. Raises OilstoneError when nothing is left.
    """
    settings = recipe.load(path, [])
    if not settings.get("sources"):
        raise OilstoneError(f"{path}: names no `sources`; export the dataset built from it instead")
    found = [inventory(source) for source in settings["sources"]]
    recorded = {"form": form, "sources": recipe.recorded(settings)["sources"]}
    key = {"producer": PRODUCER, "recipe": recorded, "seed": settings["seed"], "inputs": []}
    request = artifact.request(form, **key, depends={"sources": [item.sha256 for item in found]})
    if there := artifact.current(out, request):
        say(f"up to date: {out}")
        return {"digest": there.digest, "out": str(out), "counts": there.counts, "up_to_date": True}
    stage = artifact.stage(out, request)
    counts = _write(stage, form, found)
    details = {"sources": [{"name": s["name"], "sha256": i.sha256, "licence": s["licence"]}
                           for s, i in zip(settings["sources"], found, strict=True)]}  # fmt: skip
    made = artifact.publish(
        stage, out, kind=form, request=request, details=details, counts=counts, **key
    )
    return {"digest": made.digest, "out": str(out), "counts": counts, "up_to_date": False}


def _write(stage: Path, form: str, found: list[Inventory]) -> dict[str, int]:
    taken = _Taken(stage / "refused.jsonl")
    problems = (row for item in found for row in taken.problems(item))
    rows = problems if form == "problems" else map(sample, filter(_solved, problems))
    with taken:
        count = jsonl.write(stage / f"{form}.jsonl", rows, f"{form[:-1]}.v1")
    say(line(taken.entry.entered, taken.entry.refused))
    if not count:
        raise OilstoneError(f"the sources hold no {form}; see the reasons above")
    return {"read": taken.entry.entered, form: count, "refused": taken.entry.refused.total()}


def _solved(row: Row) -> bool:
    return row["reference"] is not None


def sample(row: Row) -> Row:
    """Return a problem's reference as a sample to be judged."""
    return {
        "problem_id": row["id"],
        "sample_index": 0,
        "completion": row["reference"],
        "code": row["reference"],
        "finish_reason": "copied",
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "seconds": 0.0,
    }


class _Taken:
    """Problems out of records; the refused ones go to a file as they come."""

    def __init__(self, refused: Path) -> None:
        self.entry = Entry("all", "problems", 0, Counter())
        self._ids: dict[str, str] = {}
        self._place = replacing(refused)

    def __enter__(self) -> None:
        self._file = self._place.__enter__().open("wb")

    def __exit__(self, *error: Any) -> None:
        self._file.close()
        self._place.__exit__(*error)

    def problems(self, found: Inventory) -> Iterator[Row]:
        """Yield the problems of one source."""
        for part in found.parts:
            for record in records(part):
                self.entry.entered += 1
                made = self._problem(record, part.source)
                if isinstance(made, Refusal):
                    self._refuse(part.source["name"], record, made)
                else:
                    yield made

    def _problem(self, record: Record, source: dict[str, Any]) -> Row | Refusal:
        if record.value is None:
            return record.refusal or Refusal("unreadable", "no row")
        item: Item | Refusal = ADAPTERS[source["adapter"]](record.value, source)
        if isinstance(item, Refusal):
            return item
        if not item.get("prompt"):
            return Refusal("no_prompt", "asks nothing; it is a text to learn from")
        made = problem(item, source, record.number)
        if not any(made.get(key) for key in _JUDGED_BY):
            return Refusal("no_tests", "nothing tells a right answer from a wrong one")
        place = f"{source['name']}/{record.number}"
        if (first := self._ids.setdefault(made["id"], place)) != place:
            return Refusal("doubled_id", f"{first} has the id {made['id']} too")
        return made

    def _refuse(self, source: str, record: Record, why: Refusal) -> None:
        self.entry.refused[why.reason] += 1
        raw = refusals.raw(record)
        self._file.write(refusals.assemble(source, record.number, "problems", why, None, raw))
