"""Where a report is at its worst: domains and problems, those that pass least first."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oilstone_eval.inputs import Row
from oilstone_schemas import intervals


@dataclass(frozen=True)
class Group:
    """Scored verdicts on one problem, or on all of a domain."""

    name: str
    passed: int
    scored: int
    reasons: Mapping[str, int]

    @property
    def share(self) -> float:
        """The share that passed."""
        return self.passed / self.scored

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of the share."""
        return intervals.wilson(self.passed, self.scored)


def domains(verdicts: Sequence[Row], problems: Mapping[str, Row]) -> list[Group]:
    """Return all domains, the worst first: by the upper end of the interval, so few say little."""
    names = {name: str(problem["domain"]) for name, problem in problems.items()}
    found = _groups([(names[verdict["problem_id"]], verdict) for verdict in verdicts])
    return sorted(found, key=lambda group: (group.interval[1], group.name))


def problems(verdicts: Sequence[Row], most: int) -> list[Group]:
    """Return the problems that some sample failed, the worst first, `most` at most."""
    found = _groups([(verdict["problem_id"], verdict) for verdict in verdicts])
    failing = [group for group in found if group.passed < group.scored]
    return sorted(failing, key=lambda group: (group.share, -group.scored, group.name))[:most]


def _groups(named: Sequence[tuple[str, Row]]) -> list[Group]:
    by_name: dict[str, list[Row]] = defaultdict(list)
    for name, verdict in named:
        if verdict["status"] != "unscored":
            by_name[name].append(verdict)
    return [_group(name, rows) for name, rows in by_name.items()]


def _group(name: str, rows: Sequence[Row]) -> Group:
    reasons = Counter(str(row["reason"]) for row in rows if row["reason"])
    return Group(name, len(rows) - sum(reasons.values()), len(rows), dict(reasons.most_common()))
