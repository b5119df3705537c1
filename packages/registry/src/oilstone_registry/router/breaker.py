"""A circuit breaker: after a burst of failures nothing is sent for a while, then one trial."""

from __future__ import annotations

BURST = 5  # failures in a row that open it
FIRST_S, LONGEST_S = 0.5, 30.0  # how long it stays open; twice as long after each failed trial


class Breaker:
    """`now` is any clock in seconds that only grows."""

    __slots__ = ("failures", "opened", "pause_s", "trial_until", "until")

    def __init__(self) -> None:
        self.failures = 0
        self.opened = 0  # how often it opened, for the page
        self.pause_s = 0.0
        self.until = 0.0
        self.trial_until = 0.0

    def allows(self, now: float) -> bool:
        """Tell whether a request may be sent; when the pause is over, one at a time is."""
        if not self.pause_s:
            return True
        if now < self.until or now < self.trial_until:
            return False
        self.trial_until = now + self.pause_s
        return True

    def is_open(self, now: float) -> bool:
        """Tell the same, without taking the trial."""
        return bool(self.pause_s) and (now < self.until or now < self.trial_until)

    def rests(self, now: float) -> bool:
        """Tell whether the pause is not over yet. After it everything is let through again.

        For what may not be tried with single requests: a test whose arms would then not have
        their shares. The next failure opens it again.
        """
        return bool(self.pause_s) and now < self.until

    def succeeded(self) -> None:
        """An answer was as it should be: closed again."""
        self.failures = 0
        self.pause_s = 0.0

    def failed(self, now: float) -> None:
        """Count a failure."""
        self.failures += 1
        if self.failures >= BURST and now >= self.until:
            self.pause_s = min(self.pause_s * 2 or FIRST_S, LONGEST_S)
            self.until, self.trial_until = now + self.pause_s, 0.0
            self.opened += 1
