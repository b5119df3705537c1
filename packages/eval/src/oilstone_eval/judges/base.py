"""What a judge is given and what it answers, in any language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Checks = Mapping[str, Any]
Done = Callable[[], object]
# Told what is counted and how many there will be; what it returns is called after each.
Progress = Callable[[str, int], Done]


@dataclass(frozen=True)
class Case:
    """One run of a program: what it reads and what it must print."""

    stdin: str
    stdout: str


@dataclass(frozen=True)
class Program:
    """Code and the cases it must pass: equal ones are judged once."""

    code: str
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Ruling:
    """A verdict but for whose it is. `status` and `reason` as in the schema verdict.v1."""

    status: str
    reason: str | None
    explanation: str | None = None
    checks: Checks = field(default_factory=dict)
    seconds: float = 0.0


class Judge(Protocol):
    """Judges programs of one language."""

    def no_code(self) -> Ruling:
        """Return the ruling on an answer without code."""

    def rule(self, programs: Sequence[Program], progress: Progress) -> list[Ruling]:
        """Judge every program, in order."""
