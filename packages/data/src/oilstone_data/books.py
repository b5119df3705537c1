"""Books: at every stage each row that entered has left, or was refused with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Entry:
    """One stage of one source: `made` differs from what passed where a row becomes several."""

    source: str
    stage: str
    entered: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    made: int = 0

    @property
    def passed(self) -> int:
        """Rows that entered and were not refused."""
        return self.entered - self.refused.total()

    def add(self, other: Entry) -> None:
        """Add the counts of another part of the same source."""
        self.entered += other.entered
        self.made += other.made
        self.refused.update(other.refused)

    def as_json(self) -> dict[str, Any]:
        """Return the entry as it stands in a manifest."""
        return {
            "source": self.source,
            "stage": self.stage,
            "entered": self.entered,
            "passed": self.passed,
            "made": self.made,
            "refused": dict(sorted(self.refused.items())),
        }

    @staticmethod
    def of(value: Mapping[str, Any]) -> Entry:
        """Return what `as_json` wrote."""
        refused = Counter(value["refused"])
        return Entry(value["source"], value["stage"], value["entered"], refused, value["made"])


@dataclass
class Books:
    """All entries in the order of the stages, what stages noted, and hashes of what they let by."""

    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    hashes: dict[str, str] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Add an entry, or add to the one of the same source and stage."""
        key = (entry.source, entry.stage)
        if key in self.entries:
            self.entries[key].add(entry)
        else:
            self.entries[key] = entry

    def close(self) -> None:
        """Raise AssertionError unless each stage's rows are those that the one before let by."""
        last: dict[str, Entry] = {}
        for entry in self.entries.values():
            before = last.get(entry.source)
            if before is not None and before.made != entry.entered:
                raise AssertionError(
                    f"the books of {entry.source} do not close: {before.stage} handed on"
                    f" {before.made} rows, {entry.stage} took {entry.entered}"
                )
            last[entry.source] = entry

    def stages(self) -> list[Entry]:
        """Return one entry per stage, all sources together."""
        total: dict[str, Entry] = {}
        for entry in self.entries.values():
            total.setdefault(entry.stage, Entry("all", entry.stage)).add(entry)
        return list(total.values())

    def lines(self) -> Iterator[str]:
        """Yield `rust: 12345/50000 passed (24.7 %), 37655 refused: ...` for each stage."""
        for entry in self.stages():
            yield f"{entry.stage}: {line(entry.entered, entry.refused)}"


def line(entered: int, refused: Mapping[str, int]) -> str:
    """Return `12345/50000 passed (24.7 %), 37655 refused: 37000 duplicate, 655 contaminated`."""
    out = sum(refused.values())
    share = 100 * (entered - out) / entered if entered else 0.0
    reasons = ", ".join(f"{n} {reason}" for reason, n in _frequent(refused.items())) or "none"
    return f"{entered - out}/{entered} passed ({share:.1f} %), {out} refused: {reasons}"


def _frequent(items: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(items, key=lambda item: (-item[1], item[0]))
