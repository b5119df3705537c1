"""The answer to one command."""

from dataclasses import dataclass

from oilstone_eval.danger.levels import Finding, Level
from oilstone_eval.danger.scan import Scan


@dataclass(frozen=True)
class Assessment:
    """Findings, the worst first; `category` is the worst one's, "none" when there are none."""

    findings: tuple[Finding, ...]

    @property
    def level(self) -> Level:
        """The worst level."""
        return self.findings[0].level if self.findings else Level.SAFE

    @property
    def category(self) -> str:
        """What kind of harm the worst finding is."""
        return self.findings[0].category if self.findings else "none"


def assess(command: str) -> Assessment:
    """Return what is dangerous about a command or script; nothing is run."""
    scan = Scan()
    scan.source(command)
    raw = command.encode(errors="replace")
    found = {
        Finding(hit.level, hit.category, hit.reason,
                len(raw[:start].decode(errors="replace")), len(raw[:end].decode(errors="replace")))
        for hit, start, end in scan.found
    }  # fmt: skip
    return Assessment(tuple(sorted(found, key=lambda each: (-each.level, each.start, each.reason))))
