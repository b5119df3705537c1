"""What a judge is given and what it answers, in any language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

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
    """Code and all that it is judged by: equal ones are judged once.

    The fields from `checker` on are those of the schema problem.v1; `fixture` holds (path, content)
    pairs, sorted. `completion` is the raw answer where the judge asks for it (`reads_completion`),
    otherwise empty.
    """

    code: str
    cases: tuple[Case, ...] = ()
    language: str = "rust"
    checker: str = "stdio"
    entry_point: str = ""
    test_code: str = ""
    prelude: str = ""
    module_name: str = ""
    compare: str = "lines"
    tolerance: float = 1e-6
    answer: str = ""
    reference: str | None = None
    fixture: tuple[tuple[str, str], ...] = ()
    completion: str = ""
    prompt: str = ""


@dataclass(frozen=True)
class Ruling:
    """A verdict but for whose it is. `status` and `reason` as in the schema verdict.v1."""

    status: str
    reason: str | None
    explanation: str | None = None
    checks: Checks = field(default_factory=dict)
    seconds: float = 0.0


# Told the index of a program and its ruling as soon as that is final, from any thread: rulings that
# are told are kept, and a killed run goes on without judging them again.
Keep = Callable[[int, Ruling], object]


def forget(index: int, ruling: Ruling) -> None:
    """Keep nothing."""


class Tools(Protocol):
    """What a judge found on this machine; `toolchain.find()` beside each judge returns them."""

    @property
    def versions(self) -> Mapping[str, str]:
        """What verdicts depend on, by name: rustc, clippy, shellcheck, python, ..."""

    @property
    def shown(self) -> Mapping[str, str]:
        """Host paths that the sandbox must show, and where."""


class Judge(Protocol):
    """Judges programs of one language. Made with (tools, walls, recipe's `judge`, workers)."""

    # Whether it runs anything, so that walls are needed; and whether it reads `completion`.
    sandboxed: ClassVar[bool]
    reads_completion: ClassVar[bool]

    def no_code(self, program: Program) -> Ruling:
        """Return the ruling on an answer without code: a failure in all that the problem asks."""

    def rule(
        self, programs: Sequence[Program], progress: Progress, keep: Keep = forget
    ) -> list[Ruling]:
        """Judge every program, in order. What one gets never depends on the others."""
