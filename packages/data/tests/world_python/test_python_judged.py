"""Gold must pass and mutants must fail: by the judge of Python, not by the generator."""

import json
import random
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from oilstone_data.world.combination import combinations
from oilstone_data.world.python.catalogue import FAMILIES
from oilstone_data.world.python.family import ENTRY_POINT, Task, task
from oilstone_data.world.python.inputs import asserts, distinguishing

EACH = 4
TESTS = 6


def write(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def problem(name: str, drawn: Task, test_code: str) -> dict:
    return {
        "id": name, "language": "python", "prompt": drawn.prompt, "tests": [],
        "reference": drawn.idiomatic, "domain": "python", "difficulty": None,
        "licence": "Apache-2.0", "source": "test", "slice": "all", "checker": "python_asserts",
        "entry_point": ENTRY_POINT, "test_code": test_code,
    }  # fmt: skip


def sample(name: str, program: str) -> dict:
    return {
        "problem_id": name, "sample_index": 0, "completion": program, "code": program,
        "finish_reason": "stop", "prompt_tokens": 1, "completion_tokens": 1, "seconds": 0.0,
    }  # fmt: skip


@pytest.fixture(scope="module")
def judged(tmp_path_factory) -> dict[str, Counter]:
    """How often answers to EACH problems of every family pass, by family and kind of answer."""
    if not shutil.which("oilstone-eval"):
        pytest.skip("oilstone-eval is not installed: the reference functions were NOT judged")
    problems, samples = [], []
    for name in sorted(FAMILIES):
        rng = random.Random(name)
        members = combinations(FAMILIES[name])
        for i in range(EACH):
            mine, other = rng.sample(members, 2)
            drawn, cases = distinguishing(mine.family, mine.ops, TESTS, rng)
            mutant = task(other.family, other.ops, rng).idiomatic
            answers = {"plain": drawn.plain, "idiomatic": drawn.idiomatic, "mutant": mutant}
            for kind, program in answers.items():
                problems.append(problem(f"{name}/{kind}/{i}", drawn, asserts(cases)))
                samples.append(sample(f"{name}/{kind}/{i}", program))
    folder = tmp_path_factory.mktemp("judged")
    done = subprocess.run(
        ["oilstone-eval", "judge", write(folder / "samples.jsonl", samples), "--problems",
         write(folder / "problems.jsonl", problems), "--out", folder / "report", "--no-cache"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    passed: dict[str, Counter] = {name: Counter() for name in FAMILIES}
    for line in (folder / "report" / "verdicts.jsonl").read_text().splitlines():
        verdict = json.loads(line)
        name, kind, _ = verdict["problem_id"].split("/")
        passed[name][kind] += verdict["status"] == "passed"
    return passed


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_both_styles_pass_and_answers_to_other_combinations_fail(name, judged):
    assert judged[name]["plain"] == judged[name]["idiomatic"] == EACH
    assert judged[name]["mutant"] < EACH


def test_hardly_an_answer_to_another_combination_passes(judged):
    assert sum(found["mutant"] for found in judged.values()) <= 0.1 * EACH * len(FAMILIES)
