"""`oilstone-data build`: a recipe becomes a dataset artifact whose books close."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oilstone_data.checks import contaminated, duplicates
from oilstone_data.stage import Check, Row
from oilstone_data.world import rows
from oilstone_data.world.split import split
from oilstone_schemas import artifact, jsonl, recipe
from oilstone_schemas.command import say

PRODUCER = "oilstone-data"


@dataclass
class Books:
    """Every row that came in, either kept or refused with its reason."""

    refused: list[Row] = field(default_factory=list)
    read: int = 0

    def keep(self, source: Iterable[Row], checks: Sequence[Check]) -> Iterator[Row]:
        """The rows that no check refuses; the others are written down."""
        for row in source:
            self.read += 1
            refusal = next(filter(None, (check(row) for check in checks)), None)
            if refusal is None:
                yield row
            else:
                self.refused.append(
                    {"source": row["source"], "line": self.read, **refusal._asdict(), "row": row}
                )

    def line(self) -> str:
        """`12345/50000 passed (24.7 %), 37655 refused: 37000 duplicate, 655 contaminated`."""
        passed, why = self.read - len(self.refused), Counter(r["reason"] for r in self.refused)
        reasons = ", ".join(f"{n} {reason}" for reason, n in sorted(why.items())) or "none"
        share = 100 * passed / self.read if self.read else 0.0
        return (
            f"{passed}/{self.read} passed ({share:.1f} %), {len(self.refused)} refused: {reasons}"
        )


def build(path: Path, out: Path, overrides: Sequence[str]) -> dict[str, Any]:
    """Build the dataset of the recipe at `path` into `out`, unless it stands there already."""
    settings = recipe.load(path, "recipe-data.v1", overrides)
    key = {"producer": PRODUCER, "recipe": settings, "seed": settings["seed"], "inputs": []}
    request = artifact.request("dataset", **key, depends={"world": rows.digest()})
    if found := artifact.current(out, request):
        say(f"up to date: {out}")
        return {"digest": found.digest, "out": str(out), "counts": found.counts, "up_to_date": True}
    stage = artifact.stage(out, request)
    counts = _write(stage, settings)
    prompt = settings["system_prompt"]
    details = {
        "system_prompt": prompt,
        "system_prompt_sha256": hashlib.sha256(prompt.encode()).hexdigest(),
        "sources": [{"name": rows.SOURCE, "licence": rows.LICENCE, "revision": rows.digest()}],
    }
    made = artifact.publish(
        stage, out, kind="dataset", request=request, details=details, counts=counts, **key
    )
    return {"digest": made.digest, "out": str(out), "counts": counts, "up_to_date": False}


def _write(stage: Path, settings: dict[str, Any]) -> dict[str, int]:
    world, books = settings["world"], Books()
    rng = random.Random(settings["seed"])
    held = world["held_out"]
    sides = split(held["families"], held["combination_share"], held["eval_share"], rng)
    test = [
        row
        for name, side in (("combination", sides.combination), ("family", sides.family))
        for row in rows.problems(side, name, held["problems_per_family"], world["tests"], rng)
    ]
    once = duplicates()
    test = list(books.keep(test, [once]))
    checks = [once, contaminated(test)]
    shared = (world["plain_share"], world["tests"], rng)
    parts = {
        "test": test,
        "eval": books.keep(rows.training(sides.eval, world["eval_rows"], *shared), checks),
        "train": books.keep(rows.training(sides.train, world["rows"], *shared), checks),
    }
    counts = {
        name: jsonl.write(stage / f"{name}.jsonl", part, "row.v1") for name, part in parts.items()
    }
    counts["refused"] = jsonl.write(stage / "refused.jsonl", books.refused, "refused.v1")
    say(books.line())
    return {"read": books.read, **counts}
