"""The trials that are done, one line each, written as soon as a trial ends."""

from pathlib import Path
from typing import Any

from oilstone_train import telemetry
from oilstone_train.sweep.search import Change


class Ledger:
    """Remembers trials over a kill: each is run once, also one that failed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = telemetry.read(path)
        # Half a line of a killed process would be joined to the next one.
        telemetry.write(path, self.lines)

    def find(self, change: Change, seed: int, steps: int | None) -> dict[str, Any] | None:
        """Return the trial's line, if it was run."""
        wanted = {"change": change, "seed": seed, "steps": steps}
        return next((line for line in self.lines if wanted.items() <= line.items()), None)

    def add(self, line: dict[str, Any]) -> None:
        """Write down a trial that has ended."""
        telemetry.append(self.path, line)
        self.lines.append(line)
