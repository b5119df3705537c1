"""Gold must pass and mutants must fail: by the judge of final answers, not by the generator."""

import json
import random
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from oilstone_data.world.combination import combinations
from oilstone_data.world.math import WORLD
from oilstone_data.world.math.catalogue import FAMILIES
from oilstone_data.world.math.family import task

EACH = 12


def write(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def problem(name: str, drawn: dict) -> dict:
    return {
        "id": name, "language": "math", "prompt": drawn["prompt"], "tests": [],
        "reference": drawn["completion"], "domain": "math", "difficulty": None,
        "licence": "Apache-2.0", "source": "test", "slice": "all", "checker": drawn["checker"],
        "answer": drawn["answer"],
    }  # fmt: skip


def sample(name: str, solution: str) -> dict:
    fenced = f"```math\n{solution}```"  # as every model of ours answers
    return {
        "problem_id": name, "sample_index": 0, "completion": fenced, "code": fenced,
        "finish_reason": "stop", "prompt_tokens": 1, "completion_tokens": 1, "seconds": 0.0,
    }  # fmt: skip


@pytest.fixture(scope="module")
def judged(tmp_path_factory) -> dict[str, Counter]:
    """How often answers to EACH problems of every family pass, by family and kind of answer."""
    if not shutil.which("oilstone-eval"):
        pytest.skip("oilstone-eval is not installed: the reference solutions were NOT judged")
    problems, samples = [], []
    for name in sorted(FAMILIES):
        rng = random.Random(name)
        mine, other = rng.sample(combinations(FAMILIES[name]), 2)
        for i in range(EACH):
            state = rng.getstate()
            drawn = WORLD.draw(mine, "idiomatic", 0, rng)
            rng.setstate(state)  # the same opening numbers, other ops
            mutant = task(other.family, other.ops, rng).worked
            solutions = {
                "worked": drawn["completion"],
                "plain": f"#### {drawn['answer']}\n",
                "mutant": mutant,
                "next": f"#### {int(drawn['answer']) + 1}\n",
                "unanswered": "I do not know.\n",
            }
            for kind, solution in solutions.items():
                problems.append(problem(f"{name}/{kind}/{i}", drawn))
                samples.append(sample(f"{name}/{kind}/{i}", solution))
    folder = tmp_path_factory.mktemp("judged")
    report = folder / "report"
    done = subprocess.run(
        ["oilstone-eval", "judge", write(folder / "samples.jsonl", samples), "--problems",
         write(folder / "problems.jsonl", problems), "--out", report, "--no-cache"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    passed: dict[str, Counter] = {name: Counter() for name in FAMILIES}
    for line in (report / "verdicts.jsonl").read_text().splitlines():
        verdict = json.loads(line)
        name, kind, _ = verdict["problem_id"].split("/")
        passed[name][kind] += verdict["status"] == "passed"
    return passed


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_both_styles_pass_and_the_answer_to_another_combination_fails(name, judged):
    assert judged[name]["worked"] == judged[name]["plain"] == EACH
    assert judged[name]["mutant"] < EACH
    assert judged[name]["next"] == judged[name]["unanswered"] == 0
