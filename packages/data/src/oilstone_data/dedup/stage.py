"""Deduplication as a stage of a build: the first row stays, the others say which they repeat."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from oilstone_data.dedup.exact import digest
from oilstone_data.dedup.near import near_duplicates
from oilstone_data.dedup.shingles import shingles
from oilstone_data.dedup.store import SetStore
from oilstone_data.dedup.words import batches, words
from oilstone_data.stage import Kept, Refused, Row


class Removal(NamedTuple):
    """Row `removed` repeats row `kept`: ids, and the similarity of their texts (1.0: the same)."""

    removed: str
    kept: str
    jaccard: float


@dataclass
class Deduplicate:
    """A global stage; `removals` is filled when it has run.

    `fields` of a row make its text. `threshold` is the least Jaccard similarity of sets of
    `ngram` words at which a later row goes, or None for exact duplicates alone. Sets are spilled
    to a temporary file in `folder`.
    """

    threshold: float | None = 0.7
    ngram: int = 5
    fields: Sequence[str] = ("completion",)
    folder: Path | None = None
    removals: list[Removal] = field(default_factory=list)

    def __call__(self, rows: Iterable[Row]) -> Iterator[Kept | Refused]:
        """Answer every row, in order; `rows` is iterated twice."""
        found = dict(self._find(rows))
        self.removals = []
        for number, row in enumerate(rows):
            removal = found.get(number)
            if removal is None:
                yield Kept(row)
            else:
                self.removals.append(removal)
                yield Refused(row, *_words_for(removal))

    def _find(self, rows: Iterable[Row]) -> Iterator[tuple[int, Removal]]:
        ids: list[str] = []
        first: dict[bytes, int] = {}
        distinct = array("q")
        repeats: list[tuple[int, int]] = []

        def new_texts() -> Iterator[str]:
            for row in rows:
                text = row_text(row, self.fields)
                number = len(ids)
                ids.append(row["id"])
                kept = first.setdefault(digest(text), number)
                if kept == number:
                    distinct.append(number)
                    yield text
                else:
                    repeats.append((number, kept))

        if self.threshold is None:
            for _ in new_texts():
                pass
            near = {}
        else:
            near = self._near(new_texts(), distinct, self.threshold)
        yield from ((n, Removal(ids[n], ids[k], j)) for n, (k, j) in near.items())
        for number, kept in repeats:
            root, jaccard = near.get(kept, (kept, 1.0))
            yield number, Removal(ids[number], ids[root], jaccard)

    def _near(
        self, texts: Iterable[str], numbers: Sequence[int], threshold: float
    ) -> dict[int, tuple[int, float]]:
        """The kept row that each removed row is nearest to; of equally near ones the first."""
        nearest: dict[int, tuple[int, float]] = {}
        with SetStore(self.folder) as store:
            for group in batches(texts):
                store.append(shingles(words(group), self.ngram))
            for match in near_duplicates(store, threshold):
                removed, kept = numbers[match.removed], numbers[match.kept]
                if removed not in nearest or match.jaccard > nearest[removed][1]:
                    nearest[removed] = (kept, match.jaccard)
        return nearest


def row_text(row: Row, fields: Sequence[str]) -> str:
    """The text of a row that is compared."""
    if len(fields) == 1:
        only: Any = row[fields[0]]
        return str(only)
    return "\n".join(str(row[name]) for name in fields)


def _words_for(removal: Removal) -> tuple[str, str]:
    if removal.jaccard == 1.0:
        return "duplicate", f"the same text as {removal.kept}"
    return "near_duplicate", f"Jaccard {removal.jaccard:.4f} with {removal.kept}"
