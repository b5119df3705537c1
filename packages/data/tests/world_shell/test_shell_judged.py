"""Gold must pass and mutants must fail: by the judge of the shell, where it is installed."""

import json
import random
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from oilstone_data.world.combination import combinations
from oilstone_data.world.shell import WORLD
from oilstone_data.world.shell.catalogue import FAMILIES
from oilstone_data.world.shell.family import answer

EACH = 3


def write(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def problem(name: str, drawn: dict) -> dict:
    return {
        "id": name, "language": "shell", "prompt": drawn["prompt"], "tests": [],
        "reference": drawn["completion"], "domain": "shell", "difficulty": None,
        "licence": "Apache-2.0", "source": "test", "slice": "all",
        "checker": drawn["checker"], "fixture": drawn["fixture"],
    }  # fmt: skip


def sample(name: str, command: str) -> dict:
    return {
        "problem_id": name, "sample_index": 0, "completion": command, "code": command,
        "finish_reason": "stop", "prompt_tokens": 1, "completion_tokens": 1, "seconds": 0.0,
    }  # fmt: skip


def answers(name: str, seed: int) -> tuple[dict, dict[str, str]]:
    """A problem of the family and what is answered to it, by kind."""
    rng = random.Random(f"{name}/{seed}")
    mine, other = rng.sample(combinations(FAMILIES[name]), 2)
    state = rng.getstate()
    drawn = WORLD.draw(mine, "idiomatic", 0, rng)
    rng.setstate(state)  # the same constants, as far as both have them
    careless = answer(mine.family, mine.ops, rng)[0].plain
    mutant = answer(other.family, other.ops, random.Random(seed))[0].sharp
    careful = drawn["completion"]
    # The same text is not run; in braces it is another text that does the same.
    return drawn, {"careful": careful, "braced": f"{{ {careful}}}\n",
                   "careless": careless, "mutant": mutant}  # fmt: skip


@pytest.fixture(scope="module")
def judged(tmp_path_factory) -> dict[tuple[str, str], list[dict]]:
    """The verdicts by family and kind of answer."""
    if not shutil.which("oilstone-eval"):
        pytest.skip("oilstone-eval is not installed: the commands were NOT judged")
    problems, samples = [], []
    for name in sorted(FAMILIES):
        for seed in range(EACH):
            drawn, given = answers(name, seed)
            for kind, command in given.items():
                problems.append(problem(f"{name}/{kind}/{seed}", drawn))
                samples.append(sample(f"{name}/{kind}/{seed}", command))
    folder = tmp_path_factory.mktemp("judged")
    done = subprocess.run(
        ["oilstone-eval", "judge", write(folder / "samples.jsonl", samples), "--problems",
         write(folder / "problems.jsonl", problems), "--out", folder / "report", "--no-cache"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = (folder / "report" / "verdicts.jsonl").read_text().splitlines()
    verdicts: dict[tuple[str, str], list[dict]] = defaultdict(list)
    for verdict in map(json.loads, lines):
        name, kind, _ = verdict["problem_id"].split("/")
        verdicts[name, kind].append(verdict)
    return verdicts


def passed(verdicts: list[dict]) -> int:
    return sum(verdict["status"] == "passed" for verdict in verdicts)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_careful_answers_pass_and_most_others_fail(name, judged):
    """Not all: the one file that a careless answer loses may have nothing that is asked for."""
    assert passed(judged[name, "careful"]) == passed(judged[name, "braced"]) == EACH
    assert passed(judged[name, "careless"]) <= 1
    assert passed(judged[name, "mutant"]) <= 1


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_careful_answers_are_clean_and_nothing_but_a_command(name, judged):
    for verdict in judged[name, "careful"]:
        assert verdict["checks"]["shellcheck_clean"] and verdict["checks"]["command_only"]


def test_no_command_of_the_world_is_dangerous(judged):
    levels = {each["checks"]["danger_level"] for verdicts in judged.values() for each in verdicts}
    assert levels == {"safe"}
