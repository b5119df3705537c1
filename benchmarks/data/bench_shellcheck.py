"""The lint gate side by side with a process per command, the way shell datasets are linted.

    python benchmarks/data/bench_shellcheck.py COMMANDS.jsonl [--rows 1000]

COMMANDS.jsonl has a field `cmd` per line, such as NL2Bash as pairs. CPU time of this process and
its children; both must say the same of every command.
"""

import argparse
import json
import resource
import subprocess
import tempfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from oilstone_data.ledger import Ledger
from oilstone_data.shell.gate import lint_gate
from oilstone_data.shell.shellcheck import ShellCheck
from oilstone_data.stage import Kept, Row


def cpu() -> float:
    """Return the CPU seconds of this process and its finished children."""
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def timed(work: Callable[[], list[bool]]) -> tuple[list[bool], float]:
    """Return what `work` says and the CPU seconds that it took."""
    start = cpu()
    found = work()
    return found, cpu() - start


def alone(binary: str, rows: list[Row]) -> list[bool]:
    """One process per command, on standard input."""
    options = [binary, "--shell=bash", "--severity=error", "--format=json", "--norc", "-"]
    return [
        subprocess.run(options, input=row["completion"] + "\n", capture_output=True, text=True)
        .returncode == 0
        for row in rows
    ]  # fmt: skip


def gate(folder: Path, rows: list[Row]) -> list[bool]:
    """The product's stage, one worker, with a ledger in `folder`."""
    checker = ShellCheck(Ledger(folder / "shellcheck.jsonl"), workers=1)
    return [isinstance(answer, Kept) for answer in lint_gate(checker)(rows)]


def measure(rows: list[Row]) -> dict[str, Any]:
    """Return commands per CPU second of each way, and the number of different verdicts."""
    binary = ShellCheck().binary
    with tempfile.TemporaryDirectory() as name:
        one, spawned = timed(lambda: alone(binary, rows))
        first, cold = timed(lambda: gate(Path(name), rows))
        second, warm = timed(lambda: gate(Path(name), rows))
    return {
        "rows": len(rows),
        "passed": sum(first),
        "differences": sum(a != b or b != c for a, b, c in zip(one, first, second, strict=True)),
        "process per command, 1/s": len(rows) / spawned,
        "gate, 1/s": len(rows) / cold,
        "gate again, 1/s": len(rows) / warm,
        "gate / process per command": spawned / cold,
        "gate again / gate": cold / warm,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commands", type=Path)
    parser.add_argument("--rows", type=int, default=1000)
    args = parser.parse_args()
    with args.commands.open() as file:
        texts = [json.loads(line)["cmd"] for line in islice(file, args.rows)]
    rows = [{"id": str(i), "language": "shell", "completion": t} for i, t in enumerate(texts)]
    for name, value in measure(rows).items():
        print(f"{name:28} {value:10,.1f}" if isinstance(value, float) else f"{name:28} {value:10}")


if __name__ == "__main__":
    main()
