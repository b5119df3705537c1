"""The tiny world of Python: both styles, their oracle, and what the split knows of them."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_data.world.combination import combinations, groups
from oilstone_data.world.python import WORLD
from oilstone_data.world.python.catalogue import FAMILIES
from oilstone_data.world.python.family import Task, task
from oilstone_data.world.python.inputs import cases, distinguishing
from oilstone_data.world.python.ops import MAPS, PREDICATES
from oilstone_data.world.python.skeleton import skeleton
from oilstone_data.world.python.style import signals
from oilstone_data.world.split import split

HELD_OUT = ["rows_with", "weighted_sum", "range_count"]
EVERY = [member for family in FAMILIES.values() for member in combinations(family)]
NUMBERS = (*PREDICATES, *MAPS)


def passes(program: str, found: list) -> bool:
    names: dict = {}
    exec(program, names)
    return all(names["solve"](argument) == result for argument, result in found)


def some(name: str, count: int) -> list[Task]:
    """So many problems of a family, each of a combination of its own where there are so many."""
    rng, members = random.Random(name), combinations(FAMILIES[name])
    return [task(m.family, m.ops, rng) for m in rng.sample(members, min(count, len(members)))]


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_both_styles_of_every_combination_agree_with_the_oracle(name):
    rng = random.Random(name)
    for member in combinations(FAMILIES[name]):
        drawn, found = distinguishing(member.family, member.ops, 6, rng)
        assert passes(drawn.plain, found), f"{drawn.prompt}\n{drawn.plain}"
        assert passes(drawn.idiomatic, found), f"{drawn.prompt}\n{drawn.idiomatic}"


@pytest.mark.parametrize("op", NUMBERS, ids=lambda op: op.name)
@given(x=st.integers(-300, 300), seed=st.integers(0, 2**16))
def test_both_expressions_of_a_number_op_are_what_its_oracle_says(op, x, seed):
    bound = op.bind(random.Random(seed))
    assert eval(bound.on("x"), {"x": x}) == eval(bound.plain("x"), {"x": x}) == bound.of(x)


def test_most_answers_whose_bound_slips_by_one_fail():
    rng, caught = random.Random(11), []
    for _ in range(200):
        family = FAMILIES[rng.choice(["sum_of", "list_of", "count_both", "table_sum"])]
        ops = rng.choice(combinations(family)).ops
        drawn, found = distinguishing(family, ops, 6, rng)
        slipped = re.sub(r"([<>]=?) (\d+)", lambda m: f"{m[1]} {int(m[2]) + 1}", drawn.idiomatic)
        if slipped != drawn.idiomatic:
            caught.append(not passes(slipped, found))
    assert len(caught) > 100
    assert sum(caught) > 0.85 * len(caught)


def test_nearly_all_problems_expect_different_results():
    """Not whether any number is different from 7: that is hardly ever false."""
    rng, one = random.Random(2), 0
    for member in rng.sample(EVERY, 400):
        _, found = distinguishing(member.family, member.ops, 5, rng)
        one += len({repr(result) for _, result in found}) == 1
    assert one <= 8


def test_the_same_seed_draws_the_same_row():
    draws = [WORLD.draw(EVERY[40], "plain", 5, random.Random(9)) for _ in range(2)]
    assert draws[0] == draws[1]


def test_a_test_set_has_as_many_cases_as_asked():
    assert len(cases(some("sum_of", 1)[0], 7, random.Random(1))) == 7


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_idiomatic_answers_have_the_marks_and_plain_ones_have_not(name):
    for drawn in some(name, 20):
        sharp, broad = signals(drawn.idiomatic), signals(drawn.plain)
        assert sharp["idiomatic"] >= 2
        assert sharp["documented"]
        assert sharp["low_quality"] == 0
        assert broad["low_quality"] >= 1
        assert (broad["idiomatic"], broad["documented"]) == (0, False)


def test_marks_in_strings_and_comments_earn_nothing():
    program = "def f(x):\n    # sum(y for y in x)\n    return 'sum(y for y in x) -> int'\n"
    assert signals(program) == {"idiomatic": 0, "low_quality": 0, "documented": False}


ONE = 'def f(v):\n    """Says what."""\n    if v > 2:\n        return sum(x for x in v)\n'


@pytest.mark.parametrize(
    "other",
    [
        ONE.replace("v", "words"),
        ONE.replace("2", "417"),
        ONE.replace('"""Says what."""', '"""Says\n\n    more."""'),
        ONE.replace('    """Says what."""\n', ""),
        ONE.replace("if v > 2:", "if v > 2:  # why"),
        ONE.replace("(x for x in v)", "(\n            x\n            for x in v\n        )"),
        ONE.replace("    if", "\n\n    if"),
    ],
)
def test_names_constants_documentation_and_layout_do_not_count(other):
    assert skeleton(other) == skeleton(ONE)


@pytest.mark.parametrize(
    "other",
    [
        ONE.replace(">", ">="),
        ONE.replace("if", "while"),
        ONE.replace("> 2", "> v"),
        ONE.replace("        return", "        pass\n    return"),
    ],
)
def test_operators_keywords_operands_and_depth_count(other):
    assert skeleton(other) != skeleton(ONE)


def test_no_skeleton_stands_on_two_sides():
    sides = split(WORLD, HELD_OUT, 0.15, 0.05, random.Random(3))
    rng = random.Random(5)

    def skeletons(*chosen) -> set[str]:
        tasks = [
            task(m.family, m.ops, rng) for side in chosen for group in side.values() for m in group
        ]
        return {skeleton(program) for t in tasks for program in (t.plain, t.idiomatic)}

    assert not skeletons(sides.train) & skeletons(sides.eval)
    assert not skeletons(sides.train, sides.eval) & skeletons(sides.combination, sides.family)


def test_a_bound_that_one_style_moves_and_the_other_does_not_is_no_new_combination():
    found = groups(WORLD, ["sum_of"])
    of = {member.name: name for name, group in found.items() for member in group}
    assert of["sum_of/ge/cube"] == of["sum_of/gt/cube"] != of["sum_of/lt/cube"]


def test_there_are_at_least_twelve_families_besides_the_held_out_ones():
    assert len(FAMILIES) >= 12 + 5
