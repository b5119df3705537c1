"""How a test process that did not prove its test ended."""

import re

from oilstone_eval.judges import cases
from oilstone_eval.sandbox.job import Limits, Outcome

SHOWN = 200


def ending(outcome: Outcome, limits: Limits) -> tuple[str, str]:
    """Return the reason of failure, as in verdict.v1, and what to say about it."""
    reason, what = cases.ended(outcome, limits)
    if reason and reason != "runtime_error":
        return reason, what
    said = outcome.stderr.decode(errors="replace")
    panics = re.findall(r"panicked at (?:'(.*)', )?[^\n]*:\d+:\d+:?\n([^\n]*)", said)
    if panics:
        message = next((part for part in panics[-1] if part), "")[:SHOWN]
        return ("wrong_output" if "assertion" in message else "runtime_error"), message
    how = f"signal {outcome.signal}" if outcome.signal else f"exit status {outcome.status}"
    return "runtime_error", f"the process ended with {how} before the test was over"
