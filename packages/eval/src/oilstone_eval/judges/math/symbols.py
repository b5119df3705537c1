"""Compares symbolic answers by math-verify, in a process of its own with limits.

A formula such as 9^{9^{9^9}} can take a computer algebra system for ever; then that process ends,
and the next formula gets a new one. Only LaTeX is read: its parser runs nothing of what it reads.
"""

import json
import subprocess
import sys
from dataclasses import dataclass

CPU_SECONDS = 5
MEMORY_MIB = 2048


@dataclass(frozen=True)
class Comparison:
    """`equal` None: it could not be told, for the reason of verdict.v1 in `trouble`."""

    equal: bool | None
    trouble: str = ""


class Symbols:
    """A process that compares formulas; started when first needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def compare(self, given: str, right: str) -> Comparison:
        """Tell whether two formulas are the same."""
        process = self._process = self._process or _start()
        try:
            process.stdin.write(json.dumps([given, right]) + "\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            reply = process.stdout.readline()  # type: ignore[union-attr]
        except BrokenPipeError:
            reply = ""
        if not reply:
            self.close()
            return Comparison(None, "timeout")
        return Comparison(*json.loads(reply))

    def close(self) -> None:
        """End the process."""
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _start() -> "subprocess.Popen[str]":
    code = "from oilstone_eval.judges.math.symbols import serve; serve()"
    return subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip


def serve() -> None:
    """Answer comparisons, one per line, until the input ends. More CPU time than allowed: death."""
    import resource
    import signal

    limit = MEMORY_MIB << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
        print(json.dumps(_compare(*json.loads(line))), flush=True)
        signal.setitimer(signal.ITIMER_PROF, 0)


def _compare(given: str, right: str) -> tuple[bool | None, str]:
    from math_verify import LatexExtractionConfig, parse, verify  # type: ignore[import-untyped]

    def read(formula: str) -> list[object]:
        config = [LatexExtractionConfig()]
        return list(parse(f"${formula}$", config, parsing_timeout=None, raise_on_error=True))

    try:
        ours, theirs = read(given), read(right)
        return bool(ours and theirs and verify(theirs, ours, timeout_seconds=None)), ""
    except MemoryError:
        return None, "memory"
    except Exception:  # what the parser cannot read is no formula
        return False, ""
