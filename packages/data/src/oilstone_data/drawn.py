"""The tiny world as a source: its rows are drawn, and it knows itself what it holds out."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from oilstone_data.books import Books, Entry
from oilstone_data.checks import contaminated, duplicates
from oilstone_data.stage import Check, Row
from oilstone_data.world.rows import SOURCE, Drawer
from oilstone_data.world.split import split


@dataclass
class Ledger:
    """Every row that was drawn, either kept or refused with its reason."""

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

    def enter(self, books: Books) -> None:
        """Enter the counts, once all rows have been drawn."""
        why = Counter(row["reason"] for row in self.refused)
        entry = Entry(SOURCE, "world", self.read, why)
        entry.made = entry.passed
        books.add(entry)


def sides(world: dict[str, Any], seed: int, ledger: Ledger) -> dict[str, Iterable[Row]]:
    """Return the rows of each side, to be read in this order: test, eval, train."""
    held, rng = world["held_out"], random.Random(seed)
    drawer = Drawer(world["language"], world["tests"], rng)
    shares = (held["combination_share"], held["eval_share"])
    found = split(drawer.world, held["families"], *shares, rng)
    test = [
        row
        for name, side in (("combination", found.combination), ("family", found.family))
        for row in drawer.problems(side, name, held["problems_per_family"])
    ]
    once = duplicates()
    test = list(ledger.keep(test, [once]))
    checks = [once, contaminated(test, drawer.world.skeleton)]
    plain = world["plain_share"]
    return {
        "test": test,
        "eval": ledger.keep(drawer.training(found.eval, world["eval_rows"], plain), checks),
        "train": ledger.keep(drawer.training(found.train, world["rows"], plain), checks),
    }
