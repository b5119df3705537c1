"""One line that says how far training is: redrawn on a terminal, else a line now and then."""

import sys
import time
from collections.abc import Iterable
from typing import Any, TextIO

_TENTHS = 10


class Bar:
    """Shows steps, loss and time to go on stderr."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.steps, self.stream = 0, stream or sys.stderr
        self.live = self.stream.isatty()
        self.begun: tuple[int, float] | None = None
        self.told, self.losses = 0, {"loss": "", "eval_loss": ""}

    def show(self, lines: Iterable[dict[str, Any]]) -> None:
        """Take in new lines of telemetry."""
        for line in lines:
            self._take(line)

    def _take(self, line: dict[str, Any]) -> None:
        step, self.steps = line["step"], line["of"]
        self.begun = self.begun or (step, time.monotonic())
        for key in self.losses:
            if line.get(key) is not None:
                self.losses[key] = f"  {key.replace('_', ' ')} {line[key]:.3f}"
        text = f"{step:>6}/{self.steps}{''.join(self.losses.values())}{self._left(step)}"
        tenth = _TENTHS * step // self.steps
        if self.live:
            self.stream.write(f"\r\x1b[K{self._drawn(step)} {text}")
        elif tenth > self.told or step == self.steps:
            self.stream.write(text.strip() + "\n")
        self.told = tenth
        self.stream.flush()

    def close(self) -> None:
        """Leave the line as it is and go on below it."""
        if self.live and self.begun:
            self.stream.write("\n")

    def _left(self, step: int) -> str:
        first, since = self.begun or (step, 0.0)
        if not first < step < self.steps:
            return ""
        seconds = (time.monotonic() - since) / (step - first) * (self.steps - step)
        return f"  {int(seconds) // 60}:{int(seconds) % 60:02} left"

    def _drawn(self, step: int) -> str:
        full = 20 * step // self.steps
        return "[" + "#" * full + "." * (20 - full) + "]"
