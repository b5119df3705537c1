"""A dataset of rows that were judged, served or made elsewhere: books, split and artifact."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from oilstone_data import books
from oilstone_data.evaluation import Evaluation
from oilstone_data.quality import signals
from oilstone_data.stage import Refusal, Refused, Row
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import say

PRODUCER = "oilstone-data"
Found = TypeVar("Found")  # what a row may be made of


@dataclass
class Harvest:
    """What came in, each either a row or refused with its reason."""

    rows: list[Row] = field(default_factory=list)
    refused: list[Row] = field(default_factory=list)

    def refuse(self, refusal: Refusal, source: str, line: int, row: Row | str) -> None:
        """Write down what is not taken; `line` counts from 1 within the source."""
        self.refused.append({"source": source, "line": line, **refusal._asdict(), "row": row})

    def line(self) -> str:
        """`12345/50000 passed (24.7 %), 37655 refused: 37000 not_passed, 655 near_duplicate`."""
        why = Counter(refused["reason"] for refused in self.refused)
        return books.line(len(self.rows) + len(self.refused), why)


def untouched(
    found: Sequence[Found],
    row_of: Callable[[Found], Row],
    evaluation: Evaluation,
    refuse: Callable[[Found, Refusal], None],
) -> list[Found]:
    """Return those whose rows hold no evaluation problem; the others are refused."""
    ours = []
    for one, answer in zip(found, evaluation([row_of(one) for one in found]), strict=True):
        if isinstance(answer, Refused):
            refuse(one, Refusal(answer.reason, answer.explanation))
        else:
            ours.append(one)
    return ours


def settle(
    chosen: Iterable[tuple[Found, Row | Refusal]], refuse: Callable[[Found, Refusal], None]
) -> Iterator[Row]:
    """Yield the rows that were chosen; what was not is refused."""
    for one, answer in chosen:
        if isinstance(answer, Refusal):
            refuse(one, answer)
        else:
            yield answer


def make(
    out: Path,
    settings: Mapping[str, Any],
    inputs: Sequence[Manifest],
    gather: Callable[[], Harvest],
    depends: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Publish what `gather` returns as a dataset in `out`, unless it stands there already.

    `settings` are the whole recipe; `inputs` and `depends` all else that the content follows from.
    """
    key: dict[str, Any] = {
        "producer": PRODUCER,
        "recipe": settings,
        "seed": settings["seed"],
        "inputs": list(inputs),
    }
    request = artifact.request("dataset", **key, depends=depends)
    if found := artifact.current(out, request):
        say(f"up to date: {out}")
        return {"digest": found.digest, "out": str(out), "counts": found.counts, "up_to_date": True}
    stage = artifact.stage(out, request)
    harvest = gather()
    counts = _write(stage, harvest, settings["seed"], settings["eval_share"])
    made = artifact.publish(
        stage,
        out,
        kind="dataset",
        request=request,
        details=_details(harvest, settings["system_prompt"]),
        counts=counts,
        **key,
    )
    say(harvest.line())
    return {"digest": made.digest, "out": str(out), "counts": counts, "up_to_date": False}


def measured(language: str, program: str) -> dict[str, Any]:
    """Return what a row says about its completion: its quality, and the style that follows."""
    quality = (
        dict(signals(program))
        if language == "rust"
        else {"idiomatic": 0, "low_quality": 0, "documented": False}
    )
    idiomatic = quality["documented"] and quality["idiomatic"]
    return {"quality": quality, "style": "idiomatic" if idiomatic else "plain"}


def held_back(groups: Sequence[str], seed: int, share: float) -> set[str]:
    """Return the groups that go to eval.jsonl: the first by a hash of seed and name.

    ceil(share * groups) of them, and never the only one.
    """
    distinct = sorted(
        set(groups), key=lambda name: hashlib.sha256(f"{seed}/{name}".encode()).hexdigest()
    )
    return set(distinct[: min(math.ceil(share * len(distinct)), len(distinct) - 1)])


def _write(stage: Path, harvest: Harvest, seed: int, share: float) -> dict[str, int]:
    held = held_back([row["group"] for row in harvest.rows], seed, share)
    parts = {
        "train": [row for row in harvest.rows if row["group"] not in held],
        "eval": [row for row in harvest.rows if row["group"] in held],
        "test": [],
    }
    counts = {
        name: jsonl.write(stage / f"{name}.jsonl", rows, "row.v1") for name, rows in parts.items()
    }
    counts["refused"] = jsonl.write(stage / "refused.jsonl", harvest.refused, "refused.v1")
    return {"read": sum(counts.values()), **counts}


def _details(harvest: Harvest, prompt: str) -> dict[str, Any]:
    sources = sorted({(row["source"], row["licence"]) for row in harvest.rows})
    return {
        "system_prompt": prompt,
        "system_prompt_sha256": hashlib.sha256(prompt.encode()).hexdigest(),
        "sources": [{"name": name, "licence": licence} for name, licence in sources],
        "reasons": dict(sorted(Counter(row["reason"] for row in harvest.refused).items())),
    }
