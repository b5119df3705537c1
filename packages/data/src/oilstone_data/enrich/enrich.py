"""`oilstone-data enrich`: a dataset whose rows know more than their source said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from oilstone_data.books import line
from oilstone_data.enrich import paraphrases, traces
from oilstone_data.enrich.collect import Bill, Collection, collect
from oilstone_data.enrich.endpoint import Answer
from oilstone_data.enrich.request import Request
from oilstone_data.harvest import PRODUCER
from oilstone_data.ledger import Ledger
from oilstone_data.stage import Kept, Refusal, Row
from oilstone_schemas import artifact, jsonl, recipe
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError, say

SPLITS = ("train", "eval", "test")
_ENRICHED = ("train", "eval")  # problems of the test split stay what they are


class _Job(NamedTuple):
    """A row of a split and its questions; `wordings` are those for paraphrases, from variant 1."""

    split: str
    line: int
    row: Row
    trace: Request | None
    wordings: Sequence[Request]


def enrich(
    path: Path, data: Path, out: Path, cache: Path | None, overrides: Sequence[str]
) -> dict[str, Any]:
    """Write the dataset `data`, enriched as the recipe at `path` says, to `out`.

    Answers are kept in `cache` (out's name with .answers.jsonl when None), so that a run that
    broke off goes on, and another recipe pays only for what is new in it.
    """
    settings = recipe.load(path, "recipe-enrich.v1", overrides)
    _check_templates(settings, path)
    source = artifact.load(data, "dataset")
    key: dict[str, Any] = {
        "producer": PRODUCER,
        "recipe": _recorded(settings),
        "seed": settings["seed"],
        "inputs": [source],
    }
    request = artifact.request("dataset", **key)
    if found := artifact.current(out, request):
        say(f"up to date: {out}")
        return {"digest": found.digest, "out": str(out), "counts": found.counts, "up_to_date": True}
    jobs = [job for split in _ENRICHED for job in _jobs(data, split, settings)]
    ledger = Ledger(cache or out.with_name(f"{out.name}.answers.jsonl"))
    asked = [r for job in jobs for r in (job.trace, *job.wordings) if r is not None]
    collection = collect(asked, settings, ledger)
    tests = list(jsonl.read(data / "test.jsonl", "row.v1"))
    return _publish(out, request, key, _Enriched(jobs, tests, collection, settings), source)


def _recorded(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what decides the content: not where, how fast and at what price a model was asked."""
    asked = {key: value for key, value in settings.items() if key != "price"}
    return {**asked, "endpoint": {"model": settings["endpoint"]["model"]}}


def _check_templates(settings: Mapping[str, Any], path: Path) -> None:
    """Raise OilstoneError when a template asks for something that no row has."""
    row = {"prompt": "", "completion": "", "language": ""}
    try:
        if "traces" in settings:
            traces.question(row, settings["traces"])
        if "paraphrases" in settings:
            paraphrases.question(row, 1, settings["paraphrases"])
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise OilstoneError(
            f"{path}: a prompt cannot be filled in: {error!r}; write a brace that is none of"
            " ours twice"
        ) from error


def _jobs(data: Path, split: str, settings: Mapping[str, Any]) -> Iterator[_Job]:
    model, most = settings["endpoint"]["model"], settings["max_rows"]
    for number, row in enumerate(jsonl.read(data / f"{split}.jsonl", "row.v1"), start=1):
        asked = most is None or number <= most
        trace = _trace_request(row, model, settings) if asked and "traces" in settings else None
        wordings: list[Request] = []
        if asked and split == "train" and "paraphrases" in settings:
            wordings = list(_wording_requests(row, model, settings))
        yield _Job(split, number, row, trace, wordings)


def _trace_request(row: Row, model: str, settings: Mapping[str, Any]) -> Request:
    wanted = settings["traces"]
    return Request(model, traces.question(row, wanted), wanted["sampling"], settings["seed"])


def _wording_requests(row: Row, model: str, settings: Mapping[str, Any]) -> Iterator[Request]:
    wanted = settings["paraphrases"]
    for variant in range(1, wanted["per_row"] + 1):
        text = paraphrases.question(row, variant, wanted)
        yield Request(model, text, wanted["sampling"], settings["seed"])


class _Enriched:
    """What the answers make of the rows: `rows` by split, and everything refused."""

    def __init__(
        self,
        jobs: Sequence[_Job],
        tests: Sequence[Row],
        collection: Collection,
        settings: Mapping[str, Any],
    ) -> None:
        self.collection, self.settings = collection, settings
        self.rows: dict[str, list[Row]] = {"train": [], "eval": [], "test": list(tests)}
        self.refused: list[Row] = []
        self.untraced: Counter[str] = Counter()
        self.bill = Bill(settings["price"])
        for answer in collection.answers.values():
            self.bill.add(answer)
        made: list[tuple[_Job, Row]] = []
        for job in jobs:
            if (row := self._traced(job)) is not None:
                self.rows[job.split].append(row)
                made.extend((job, new) for new in self._reworded(job, row))
        self._add_unlike(made)

    def _traced(self, job: _Job) -> Row | None:
        if job.trace is None:
            return job.row
        wanted = self.settings["traces"]
        answer = self._answer(job.trace)
        found = answer if isinstance(answer, Refusal) else traces.trace(answer, job.row, wanted)
        if not isinstance(found, Refusal):
            return {**job.row, "reasoning": found, "synthetic": True}
        if wanted["required"]:
            self._refuse(job, found, job.row)
            return None
        self.untraced[found.reason] += 1
        return job.row

    def _reworded(self, job: _Job, row: Row) -> Iterator[Row]:
        for variant, request in enumerate(job.wordings, start=1):
            answer, wanted = self._answer(request), self.settings["paraphrases"]
            found = (
                answer
                if isinstance(answer, Refusal)
                else paraphrases.paraphrase(answer, row, variant, wanted)
            )
            if isinstance(found, Refusal):
                self._refuse(job, found, {"id": f"{row['id']}~{variant}"})
            else:
                yield found

    def _add_unlike(self, made: Sequence[tuple[_Job, Row]]) -> None:
        """Add the paraphrases that repeat no prompt of the dataset and none of each other."""
        if not made:
            return
        there = [row for split in SPLITS for row in self.rows[split]]
        from oilstone_data.dedup import Deduplicate

        unlike = Deduplicate(self.settings["paraphrases"]["near"], fields=("prompt",))
        answers = list(unlike([*there, *(row for _, row in made)]))[len(there) :]
        for (job, row), answer in zip(made, answers, strict=True):
            if isinstance(answer, Kept):
                self.rows["train"].append(row)
            else:
                self._refuse(job, Refusal(answer.reason, answer.explanation), row)

    def _answer(self, request: Request) -> Answer | Refusal:
        found = self.collection
        if request.key in found.answers:
            return found.answers[request.key]
        if request.key in found.rejected:
            return Refusal("endpoint_rejected", found.rejected[request.key])
        return Refusal("unanswered", found.unanswered[request.key])

    def _refuse(self, job: _Job, why: Refusal, row: Row) -> None:
        mark = {"source": job.row["source"], "line": job.line, "row": row}
        self.refused.append({**mark, **why._asdict()})


def _publish(
    out: Path, request: str, key: Mapping[str, Any], made: _Enriched, source: Manifest
) -> dict[str, Any]:
    stage = artifact.stage(out, request)
    counts = {
        split: jsonl.write(stage / f"{split}.jsonl", made.rows[split], "row.v1") for split in SPLITS
    }
    counts["refused"] = jsonl.write(stage / "refused.jsonl", made.refused, "refused.v1")
    counts["read"] = sum(counts.values())
    kept = ("system_prompt", "system_prompt_sha256", "sources")
    details = {
        **{name: source.details[name] for name in kept if name in source.details},
        "endpoint": {**made.bill.as_json(), "model": made.settings["endpoint"]["model"]},
        "untraced": dict(sorted(made.untraced.items())),
    }
    done = artifact.publish(
        stage, out, kind="dataset", request=request, details=details, counts=counts, **key
    )
    say(line(counts["read"], Counter(row["reason"] for row in made.refused)))
    bill = details["endpoint"]
    say(f"{bill['answers']} answers, {bill['cost']:.4f} {bill['currency']}")
    return {"digest": done.digest, "out": str(out), "counts": counts, "up_to_date": False, **bill}
