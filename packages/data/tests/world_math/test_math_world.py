"""The tiny world of mathematics: what a problem of it is, and how its numbers agree."""

import random
import re

import pytest

from oilstone_data.world.combination import combinations, groups
from oilstone_data.world.math import WORLD
from oilstone_data.world.math.catalogue import FAMILIES
from oilstone_data.world.math.family import task
from oilstone_data.world.math.skeleton import skeleton
from oilstone_data.world.math.step import LARGEST, NAMED
from oilstone_data.world.math.style import signals
from oilstone_data.world.split import split

HELD_OUT = ["average_of", "friends", "two_values"]
EVERY = [member for family in FAMILIES.values() for member in combinations(family)]


def some(name: str, count: int) -> list:
    """So many problems of a family, each of a combination of its own."""
    rng = random.Random(name)
    return [task(m.family, m.ops, rng) for m in rng.sample(combinations(FAMILIES[name]), count)]


def steps(drawn) -> list[tuple[str, str, str]]:
    """The formula, result and whole line of every step; whatever place it names."""
    lines = [line for line in drawn.worked.splitlines() if "=" in line]
    return [(*line.rpartition(" ")[2].split("="), line) for line in lines]


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_working_and_oracle_reach_the_same_number(name):
    for drawn in some(name, 60):
        assert drawn.worked.splitlines()[-1] == f"#### {drawn.answer}", drawn.prompt
        assert drawn.plain == f"#### {drawn.answer}\n"


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_every_line_of_the_working_is_true_and_small(name):
    names = {**NAMED, "__builtins__": {}}
    for drawn in some(name, 60):
        for formula, result, line in steps(drawn):
            assert eval(formula, names) == int(result), line
            assert all(1 <= int(number) <= LARGEST for number in re.findall(r"\d+", line)), line


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_the_working_uses_the_numbers_of_the_prompt_or_results_before(name):
    given = {"2", "1"}  # what "half", "twice", "average" and "from ... to" say in words
    for drawn in some(name, 60):
        known = given | set(re.findall(r"\d+", drawn.prompt))
        for formula, result, _ in steps(drawn):
            assert set(re.findall(r"\d+", formula)) <= known, f"{drawn.prompt}\n{drawn.worked}"
            known.add(result)


def test_every_combination_can_be_drawn():
    assert len(EVERY) > 1800
    for member in EVERY:
        assert task(member.family, member.ops, random.Random(1)).prompt


def test_there_are_at_least_twelve_families_besides_the_held_out_ones():
    assert len(FAMILIES) >= 12 + 4


def test_a_skeleton_keeps_operations_and_nothing_else():
    worked = "12+5=17\n17+12=29\nFirst max(29,30)=30\n#### 30\n"
    assert skeleton(worked) == "0+0=0 0+0=0 max(0,0)=0"
    assert skeleton("#### 20\n") == ""


def test_no_skeleton_stands_on_two_sides():
    sides = split(WORLD, HELD_OUT, 0.15, 0.05, random.Random(3))
    rng = random.Random(5)

    def skeletons(*chosen) -> set[str]:
        members = [m for side in chosen for group in side.values() for m in group]
        return {skeleton(task(m.family, m.ops, rng).worked) for m in members}

    assert not skeletons(sides.train) & skeletons(sides.eval)
    assert not skeletons(sides.train, sides.eval) & skeletons(sides.combination, sides.family)


def test_groups_cross_families_and_the_order_of_ops_is_no_news():
    found = groups(WORLD, sorted(FAMILIES))
    of = {member.name: name for name, group in found.items() for member in group}
    assert of["start/add/halve"] == of["start/halve/add"]
    assert of["start/multiply/add"] == of["jar/more/times"]
    assert of["multiply_two/add/subtract"] == of["boxes/fewer/more"]
    assert of["picking/fewer/half"] == of["picking/half/fewer"]
    assert of["multiply_two/add/subtract"] != of["multiply_two/add/remainder"]


@pytest.mark.parametrize(
    ("solution", "idiomatic", "low_quality", "documented"),
    [
        ("12+5=17\n17*2=34\n#### 34\n", 3, 0, True),
        ("First 12+5=17\nSecond 17*2=34\n#### 34\n", 3, 0, True),
        ("12+5=17\n17*2=34\n#### 35\n", 2, 0, True),  # another number than it worked out
        ("12+5=17\n18*2=36\n#### 36\n", 2, 0, True),  # a result that is never used
        ("34\n", 0, 1, False),
        ("#### 34\n", 0, 1, False),
    ],
)
def test_marks_of_style(solution, idiomatic, low_quality, documented):
    assert signals(solution) == {
        "idiomatic": idiomatic, "low_quality": low_quality, "documented": documented,
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_worked_answers_have_all_marks_and_plain_ones_none(name):
    for drawn in some(name, 20):
        assert signals(drawn.worked) == {"idiomatic": 3, "low_quality": 0, "documented": True}
        assert signals(drawn.plain) == {"idiomatic": 0, "low_quality": 1, "documented": False}
