"""Gold must pass and mutants must fail: judged by the real compiler, not by the generator."""

import random
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from oilstone_data.world.combination import combinations
from oilstone_data.world.rust.catalogue import FAMILIES
from oilstone_data.world.rust.family import task
from oilstone_data.world.rust.inputs import cases


def outputs(rustc: str, program: str, tests: list[dict[str, str]], folder: Path) -> list[str]:
    source, binary = folder / "main.rs", folder / "main"
    source.write_text(program)
    flags = ["--edition", "2021", "-Cdebuginfo=0", "-o", binary, source]
    built = subprocess.run([rustc, *flags], capture_output=True, text=True)
    assert built.returncode == 0, f"{built.stderr}\n{program}"
    return [
        subprocess.run([binary], input=t["stdin"], capture_output=True, text=True).stdout
        for t in tests
    ]


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_both_styles_pass_and_the_answer_to_another_combination_fails(name, rustc, tmp_path):
    rng = random.Random(name)
    mine, other = (task(c.family, c.ops, rng) for c in rng.sample(combinations(FAMILIES[name]), 2))
    tests = cases(mine, 8, rng)
    programs = {"plain": mine.plain, "idiomatic": mine.idiomatic, "mutant": other.idiomatic}
    for style in programs:
        (tmp_path / style).mkdir()
    with ThreadPoolExecutor() as pool:
        found = dict(
            zip(
                programs,
                pool.map(lambda s: outputs(rustc, programs[s], tests, tmp_path / s), programs),
                strict=True,
            )
        )
    expected = [t["stdout"] for t in tests]
    assert found["plain"] == expected, f"{mine.prompt}\n{mine.plain}"
    assert found["idiomatic"] == expected, f"{mine.prompt}\n{mine.idiomatic}"
    assert found["mutant"] != expected, f"{mine.prompt}\n{other.prompt}"


def test_there_are_at_least_thirty_families_besides_the_held_out_ones():
    assert len(FAMILIES) >= 35
