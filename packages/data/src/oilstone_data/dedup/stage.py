"""Deduplication as a stage of a build: the first row stays, the others say which they repeat."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
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


class Deduplicate:
    """A global stage: of rows with near texts the first stays.

    `fields` of a row make its text. `threshold` is the least Jaccard similarity of sets of
    `ngram` words at which a later row goes, or None for exact duplicates alone. Sets are spilled
    to a temporary file in `folder`. When it has run, `links` holds pairs of groups of which one
    has a row that repeats a row of the other: a split must keep them together.
    """

    def __init__(
        self,
        threshold: float | None = 0.7,
        ngram: int = 5,
        fields: Sequence[str] = ("completion",),
        folder: Path | None = None,
    ) -> None:
        self._threshold, self._ngram = threshold, ngram
        self._fields, self._folder = fields, folder
        self._ids: list[str] = []
        self._kept, self._jaccard = array("q"), array("d")
        self.links: set[tuple[str, str]] = set()

    def __call__(self, rows: Iterable[Row]) -> Iterator[Kept | Refused]:
        """Answer every row, in order; `rows` is iterated twice."""
        self._find(rows)
        groups: dict[int, str] = {}
        named = {kept for number, kept in enumerate(self._kept) if number != kept}
        for number, row in enumerate(rows):
            kept = self._kept[number]
            if number in named:
                groups[number] = _group(row)
            if kept == number:
                yield Kept(row)
                continue
            if groups[kept] != _group(row):
                self.links.add((groups[kept], _group(row)))
            yield Refused(row, *_explained(self._removal(number)))

    def removals(self) -> Iterator[Removal]:
        """What was removed, in order; after the stage has run."""
        return (self._removal(n) for n, kept in enumerate(self._kept) if n != kept)

    def _removal(self, number: int) -> Removal:
        return Removal(self._ids[number], self._ids[self._kept[number]], self._jaccard[number])

    def _find(self, rows: Iterable[Row]) -> None:
        """Note for every row which one stands for it, itself when it stays."""
        self._ids, self._kept, self._jaccard = [], array("q"), array("d")
        self.links = set()
        texts = self._new_texts(rows)
        if self._threshold is None:
            for _ in texts:
                pass
            return
        with SetStore(self._folder) as store:
            for group in batches(texts):
                store.append(shingles(words(group), self._ngram))
            self._near(store, self._threshold)
        self._follow()

    def _new_texts(self, rows: Iterable[Row]) -> Iterator[str]:
        """Texts that no earlier row has; all rows are numbered on the way."""
        first: dict[bytes, int] = {}
        for number, row in enumerate(rows):
            text = row_text(row, self._fields)
            self._ids.append(row["id"])
            self._kept.append(first.setdefault(digest(text), number))
            self._jaccard.append(1.0)
            if self._kept[number] == number:
                yield text

    def _near(self, store: SetStore, threshold: float) -> None:
        """Of several kept rows that a row is near to, take the nearest, of equals the first."""
        numbers = array("q", (n for n, kept in enumerate(self._kept) if n == kept))
        for match in near_duplicates(store, threshold):
            removed, kept = numbers[match.removed], numbers[match.kept]
            if self._kept[removed] == removed or match.jaccard > self._jaccard[removed]:
                self._kept[removed], self._jaccard[removed] = kept, match.jaccard

    def _follow(self) -> None:
        """A copy of a row that went goes for the sake of the row that this one went for."""
        for number, kept in enumerate(self._kept):
            if kept != number and self._kept[kept] != kept:
                self._kept[number], self._jaccard[number] = self._kept[kept], self._jaccard[kept]


def row_text(row: Row, fields: Sequence[str]) -> str:
    """The text of a row that is compared."""
    if len(fields) == 1:
        only: Any = row[fields[0]]
        return str(only)
    return "\n".join(str(row[name]) for name in fields)


def _group(row: Row) -> str:
    return str(row.get("group", row["id"]))


def _explained(removal: Removal) -> tuple[str, str]:
    if removal.jaccard == 1.0:
        return "duplicate", f"the same words as {removal.kept} (Jaccard 1.0000)"
    return "near_duplicate", f"Jaccard {removal.jaccard:.4f} with {removal.kept}"
