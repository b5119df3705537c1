"""Scores by problem: of one report, or of the same samples in a report and in its baseline."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from oilstone_gates.scores import Definition, Verdict

Key = tuple[str, int]
Row = tuple[float, ...]  # one score, or the report's and the baseline's


@dataclass
class Table:
    """Rows by problem, and how many samples, or pairs, had no score."""

    groups: list[list[Row]] = field(default_factory=list)
    unscored: int = 0

    @property
    def n(self) -> int:
        """Number of rows."""
        return sum(map(len, self.groups))

    @property
    def rows(self) -> list[Row]:
        """All rows, problem by problem."""
        return [row for group in self.groups for row in group]

    def by_problem(self) -> "Table":
        """Return a table with one row a problem: the mean of its rows."""
        means = [[tuple(map(fmean, zip(*group, strict=True)))] for group in self.groups]
        return Table([list(group) for group in means], self.unscored)


def tabulate(metric: Definition, sides: Sequence[Mapping[Key, Verdict]]) -> Table:
    """Score every sample on every side; one that a side lacks or left open is unscored.

    A sample to which the metric does not apply on some side is left out on all of them.
    """
    everywhere = set[Key].intersection(*(set(side) for side in sides))
    table = Table(unscored=len(set[Key].union(*(set(side) for side in sides))) - len(everywhere))
    groups: dict[str, list[Row]] = defaultdict(list)
    for key in sorted(everywhere):
        verdicts = [side[key] for side in sides]
        if all(map(metric.applies, verdicts)):
            _add(table, groups[key[0]], [metric.score(verdict) for verdict in verdicts])
    table.groups = [group for group in groups.values() if group]
    return table


def _add(table: Table, group: list[Row], scores: Sequence[float | None]) -> None:
    row = tuple(score for score in scores if score is not None)
    if len(row) < len(scores):
        table.unscored += 1
    else:
        group.append(row)
