"""How a test process that did not prove its test ended."""

import re

from oilstone_eval.sandbox.job import Limits, Outcome

SHOWN = 200


def ending(outcome: Outcome, limits: Limits) -> tuple[str, str]:
    """Return the reason of failure, as in verdict.v1, and what to say about it."""
    said = outcome.stderr.decode(errors="replace")
    if outcome.fault:
        return "evaluator_fault", outcome.fault
    if outcome.stopped == "cpu":
        return "timeout", f"used up its {limits.cpu_seconds} CPU seconds"
    if outcome.stopped == "wall":
        return "timeout", f"still running, mostly idle, after {limits.wall_seconds:g} seconds"
    if outcome.stopped == "output":
        return "output_limit", f"printed more than {limits.output_kib} KiB"
    if outcome.signal and re.search(r"memory allocation of \d+ bytes failed", said):
        return "memory", f"needed more than {limits.memory_mib} MiB"
    panics = re.findall(r"panicked at (?:'(.*)', )?[^\n]*:\d+:\d+:?\n([^\n]*)", said)
    if panics:
        message = next((part for part in panics[-1] if part), "")[:SHOWN]
        return ("wrong_output" if "assertion" in message else "runtime_error"), message
    how = f"signal {outcome.signal}" if outcome.signal else f"exit status {outcome.status}"
    return "runtime_error", f"the process ended with {how} before the test was over"
