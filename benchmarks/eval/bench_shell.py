"""CPU time of linting shell snippets and of finding dangerous ones; and how many are found.

    OILSTONE_TEST_DATA=DIR python benchmarks/eval/bench_shell.py

Milliseconds of CPU per snippet, of all processes taken together, beside shellcheck a file.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench_rust import measured

TESTS = Path(__file__).parents[2] / "packages/eval/tests/danger"
SOME, FEW = 2000, 100


def commands(name: str) -> list[str]:
    path = Path(os.environ["OILSTONE_TEST_DATA"], name, f"{name}.jsonl")
    return [json.loads(line)["cmd"] for line in path.read_text().splitlines()]


def linting() -> None:
    from oilstone_eval.judges.shell import lint
    from oilstone_eval.judges.shell.toolchain import find
    from oilstone_eval.sandbox.pool import Pool
    from oilstone_eval.sandbox.tier import best

    tools = find()
    some = list(dict.fromkeys(commands("nl2bash")))[:SOME]
    name = "ours: shellcheck and bash -n, in the sandbox"
    with measured(name, len(some)), Pool(best(tools.shown), 2) as pool:
        found = lint.lint(tools, pool, some, lambda: None)
    spent = sum(each.shellcheck_seconds for each in found.values())
    print(f"{'  of that shellcheck':<46}{1e3 * spent / len(some):8.2f} ms")
    with measured("shellcheck, a file each", FEW), tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(some[:FEW]):
            file = Path(folder, f"{number}.sh")
            file.write_text(text)
            subprocess.run([tools.linter, "-s", "bash", "-f", "json1", file], capture_output=True)


def danger() -> None:
    from oilstone_eval.danger import Level, assess

    for name in ("nl2bash", "tldr"):
        every = commands(name)
        started = time.process_time()
        flagged = sum(assess(text).level >= Level.DANGEROUS for text in every)
        each = 1e6 * (time.process_time() - started) / len(every)
        share = 100 * flagged / len(every)
        print(
            f"danger: {name:<38}{each:8.0f} us, {flagged} of {len(every)} flagged ({share:.3f} %)"
        )
    for name, wanted in (("destructive", True), ("benign", False)):
        every = [line for line in (TESTS / f"{name}.txt").read_text().splitlines() if line]
        right = sum((assess(text).level >= Level.DANGEROUS) is wanted for text in every)
        print(f"danger: {name:<38}{right} of {len(every)} told right")


def main() -> None:
    if "OILSTONE_TEST_DATA" not in os.environ:
        print("OILSTONE_TEST_DATA is not set: NOTHING IS MEASURED")
        sys.exit()
    linting()
    danger()


if __name__ == "__main__":
    main()
