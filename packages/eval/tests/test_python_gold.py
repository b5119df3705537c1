"""Known solutions of real problem sets pass, and their mutants fail."""

import gzip
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from oilstone_eval.judges.base import Program, Ruling
from oilstone_eval.judges.python.judge import PythonJudge
from oilstone_eval.judges.python.toolchain import find
from oilstone_eval.sandbox.walls import Walls

LIMITS = {"cpu_seconds": 5, "wall_seconds": 30, "memory_mib": 512, "output_kib": 1024}
CALLED = re.compile(r"(\w+)\s*\(")


@pytest.fixture(scope="module")
def data() -> Path:
    if not os.environ.get("OILSTONE_TEST_DATA"):
        pytest.skip("OILSTONE_TEST_DATA is not set: NO REAL PROBLEMS ARE JUDGED HERE")
    return Path(os.environ["OILSTONE_TEST_DATA"])


@pytest.fixture(scope="module")
def judge(walls: Walls) -> PythonJudge:
    tools = find()
    shown = {**walls.shown, **tools.shown}
    return PythonJudge(tools, replace(walls, shown=shown), LIMITS, 2)


def rows(path: Path) -> Iterator[dict[str, str]]:
    data = path.read_bytes()
    yield from map(
        json.loads, (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines()
    )


def humaneval(data: Path) -> dict[str, Program]:
    return {
        row["task_id"]: Program(
            row["canonical_solution"], language="python", checker="python_asserts",
            entry_point=row["entry_point"], test_code=row["test"], prelude=row["prompt"],
        )
        for row in rows(data / "humaneval/HumanEval.jsonl.gz")
    }  # fmt: skip


def mbpp(data: Path) -> dict[str, Program]:
    made = {}
    for row in rows(data / "mbpp/mbpp.jsonl"):
        defined = set(re.findall(r"^def (\w+)", row["code"], re.MULTILINE))
        called = [name for name in CALLED.findall(row["test_list"][0]) if name in defined]
        tests = "\n".join([row["test_setup_code"], *row["test_list"]])
        made[row["task_id"]] = Program(
            row["code"], language="python", checker="python_asserts", entry_point=called[0],
            test_code=tests,
        )  # fmt: skip
    return made


def exercism(data: Path) -> dict[str, Program]:
    return {
        row["slug"]: Program(
            next(iter(row["example"].values())), language="python", checker="pytest",
            test_code=next(iter(row["tests"].values())), module_name=next(iter(row["stub"]))[:-3],
        )
        for row in rows(data / "exercism_python/exercises.jsonl")
    }  # type: ignore[attr-defined]  # fmt: skip


def ruled(judge: PythonJudge, programs: Sequence[Program]) -> list[Ruling]:
    return judge.rule(programs, lambda what, total: lambda: None)


def failing(judge: PythonJudge, programs: dict[str, Program]) -> list[str]:
    rulings = zip(programs, ruled(judge, list(programs.values())), strict=True)
    return [
        f"{name}: {ruling.explanation}" for name, ruling in rulings if ruling.status != "passed"
    ]


def test_every_canonical_solution_of_humaneval_passes(judge: PythonJudge, data: Path) -> None:
    assert failing(judge, humaneval(data)) == []


def test_every_solution_of_mbpp_passes(judge: PythonJudge, data: Path) -> None:
    assert failing(judge, mbpp(data)) == []


def test_every_exercism_example_passes(judge: PythonJudge, data: Path) -> None:
    assert failing(judge, exercism(data)) == []


@pytest.mark.parametrize("body", ["    return None\n", "    pass\n", "    raise KeyError\n", ""])
def test_no_empty_answer_to_humaneval_passes(judge: PythonJudge, data: Path, body: str) -> None:
    programs = [replace(program, code=body) for program in humaneval(data).values()]
    assert {ruling.status for ruling in ruled(judge, programs)} == {"failed"}


def test_no_solution_passes_for_another_problem(judge: PythonJudge, data: Path) -> None:
    programs = list(humaneval(data).values())
    shifted = [
        replace(
            program,
            code=f"{other.prelude}{other.code}\n{program.entry_point} = {other.entry_point}\n",
        )
        for program, other in zip(programs, programs[1:] + programs[:1], strict=True)
        for mine in [program.entry_point]
    ]
    assert {ruling.status for ruling in ruled(judge, shifted)} == {"failed"}
