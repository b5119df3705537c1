"""Secrets as a stage of a build: scrubbed, or a reason to refuse the row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from oilstone_data.secrets.scrub import scrub
from oilstone_data.stage import Refusal, Row

FIELDS = ("prompt", "completion", "reasoning")


class Secrets:
    """A local stage. Mode "scrub" puts placeholders for secrets, "refuse" refuses their rows.

    `notes` counts what was scrubbed, by kind.
    """

    def __init__(self, mode: str = "scrub", fields: Sequence[str] = FIELDS) -> None:
        self._refuse = mode == "refuse"
        self._fields = fields
        self.notes: Counter[str] = Counter()

    def __call__(self, row: Row) -> Row | Refusal | None:
        """None for a row without secrets; the row without them; or why it is refused."""
        counts: Counter[str] = Counter()
        clean = {}
        for name in self._fields:
            if isinstance(row.get(name), str):
                clean[name], found = scrub(row[name])
                counts += found
        if not counts:
            return None
        if self._refuse:
            kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items()))
            return Refusal("secret", f"holds {kinds}")
        self.notes.update({f"scrubbed {kind}": n for kind, n in counts.items()})
        return {**row, **clean}
