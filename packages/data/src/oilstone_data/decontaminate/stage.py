"""Decontamination as a stage of a build: no row holds an evaluation item, and refusals name it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from oilstone_data.decontaminate.detector import Detector, Match
from oilstone_data.decontaminate.items import item_texts
from oilstone_data.stage import Kept, Refusal, Refused, Row

_BATCH = 1 << 18  # characters: arrays of a batch stay in the cache
_HOW = {
    "copied": "{share:.0%} of its runs of words",
    "lines": "its lines, whole",
    "whole": "nothing else",
    "renamed": "{share:.0%} of its tokens but for names",
}


class Decontaminate:
    """Refuse rows that hold an item of `sets` (name of a set: its problems or rows).

    `fields` of a row are compared, together and in this order; those it lacks are left out. A row
    holds a text of an item when it holds the share `copied` of its runs of words, or `renamed` of
    those of a program but for names.
    """

    def __init__(
        self,
        sets: Mapping[str, Iterable[Mapping[str, Any]]],
        fields: Sequence[str] = ("prompt", "completion"),
        copied: float = 0.5,
        renamed: float = 0.7,
    ) -> None:
        texts = [text for name, rows in sets.items() for text in item_texts(name, rows)]
        self._detector = Detector(texts, copied, renamed)
        self._fields = fields

    def check(self, row: Row) -> Refusal | None:
        """The refusal of one row; `__call__` is many times quicker for many."""
        match = self._detector.find([self._texts(row)])[0]
        return _refusal(match) if match else None

    def __call__(self, rows: Iterable[Row]) -> Iterator[Kept | Refused]:
        """Answer every row, in order; `rows` is iterated once, a batch at a time."""
        for group in _groups(rows, self._texts):
            for (row, _), match in zip(
                group, self._detector.find([texts for _, texts in group]), strict=True
            ):
                yield Refused(row, *_refusal(match)) if match else Kept(row)

    def _texts(self, row: Row) -> list[str]:
        return [str(row[name]) for name in self._fields if row.get(name)]


def _groups(rows: Iterable[Row], texts_of: Any) -> Iterator[list[tuple[Row, list[str]]]]:
    group: list[tuple[Row, list[str]]] = []
    size = 0
    for row in rows:
        group.append((row, texts_of(row)))
        size += sum(map(len, group[-1][1]))
        if size >= _BATCH:
            yield group
            group, size = [], 0
    if group:
        yield group


def _refusal(match: Match) -> Refusal:
    how = _HOW[match.how].format(share=match.share)
    where = f"the {match.part} of {match.item.id} of {match.item.set}"
    return Refusal("contaminated", f"holds {where}: {how} ({match.how})")
