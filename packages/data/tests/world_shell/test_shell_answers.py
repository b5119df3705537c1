"""Gold must pass and mutants must fail: run by the real bash, compared with the oracle."""

import random

import pytest

from oilstone_data.world.combination import combinations
from oilstone_data.world.shell.catalogue import FAMILIES
from oilstone_data.world.shell.family import task

SOME = 4


def members(name: str, rng: random.Random):
    return rng.sample(combinations(FAMILIES[name]), SOME)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_careful_commands_do_what_the_oracle_says_whatever_the_names(name, folder, expected):
    rng = random.Random(name)
    for member in members(name, rng):
        for odd in (True, False):
            drawn = task(member.family, member.ops, odd, rng)
            found = folder.run(drawn.sharp, drawn.files)[:2]
            assert found == expected(drawn), f"{drawn.prompt}\n{drawn.sharp}"


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_careless_commands_do_the_same_where_names_are_simple(name, folder, expected):
    rng = random.Random(name)
    for member in members(name, rng):
        drawn = task(member.family, member.ops, False, rng)
        printed, left, status = folder.run(drawn.plain, drawn.files)
        assert (printed, left) == expected(drawn), f"{drawn.prompt}\n{drawn.plain}"
        assert status == folder.run(drawn.sharp, drawn.files)[2]


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_careless_commands_fail_where_names_are_odd(name, folder, expected):
    """Not each on every folder: a word that is lost may be one that is not asked for."""
    rng = random.Random(name)
    drawn = [task(member.family, member.ops, True, rng) for member in members(name, rng)]
    failed = [folder.run(each.plain, each.files)[:2] != expected(each) for each in drawn]
    assert sum(failed) > SOME / 2


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_the_answer_to_another_combination_fails(name, folder, expected):
    rng = random.Random(name)
    mine, *others = (task(m.family, m.ops, True, rng) for m in members(name, rng))
    assert all(folder.run(o.sharp, mine.files)[:2] != expected(mine) for o in others)


def test_there_are_at_least_sixteen_families():
    assert len(FAMILIES) >= 16
