"""Progress on stderr: a line that rewrites itself in a terminal, a few lines elsewhere."""

import sys
import threading
import time

from oilstone_schemas.command import say

SHARES = 5


class Progress:
    """Counts what is done out of `total`; safe to call from several threads."""

    def __init__(self, what: str, total: int) -> None:
        self.what, self.total, self.done = what, total, 0
        self.started = time.monotonic()
        self.lock = threading.Lock()
        self.live = sys.stderr.isatty()

    def __call__(self, more: int = 1) -> None:
        """Note that `more` are done."""
        with self.lock:
            before, self.done = self.done, self.done + more
            text = f"{self.what} {self.done}/{self.total}, {self._seconds():.0f} s"
            if self.live:
                end = "\n" if self.done >= self.total else ""
                print(f"\r{text}", end=end, file=sys.stderr, flush=True)
            elif before * SHARES // self.total < self.done * SHARES // self.total:
                say(text)

    def _seconds(self) -> float:
        return time.monotonic() - self.started
