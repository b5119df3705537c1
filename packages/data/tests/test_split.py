"""No held-out answer equals a training answer once names and constants are abstracted."""

import random

import pytest

from oilstone_data.world.combination import combinations, groups
from oilstone_data.world.rust import WORLD
from oilstone_data.world.rust.catalogue import FAMILIES
from oilstone_data.world.rust.family import task
from oilstone_data.world.rust.skeleton import skeleton
from oilstone_data.world.split import split
from oilstone_schemas import jsonl
from oilstone_schemas.command import OilstoneError

HELD_OUT = ["rows_with", "weighted_sum"]


@pytest.fixture(scope="module")
def sides():
    return split(WORLD, HELD_OUT, 0.15, 0.05, random.Random(3))


def skeletons(side) -> set[str]:
    rng = random.Random(5)
    tasks = [task(m.family, m.ops, rng) for group in side.values() for m in group]
    return {skeleton(program) for task in tasks for program in (task.plain, task.idiomatic)}


def test_no_skeleton_stands_on_two_sides(sides):
    train, watched = skeletons(sides.train), skeletons(sides.eval)
    unseen = skeletons(sides.combination) | skeletons(sides.family)
    assert not train & unseen
    assert not watched & unseen
    assert not train & watched


def test_held_out_families_are_whole(sides):
    trained = {m.family.name for group in sides.train.values() for m in group}
    assert trained.isdisjoint(HELD_OUT)
    assert {m.family.name for group in sides.family.values() for m in group} == set(HELD_OUT)


def test_every_other_family_is_trained(sides):
    trained = {m.family.name for group in sides.train.values() for m in group}
    assert trained == set(FAMILIES) - set(HELD_OUT)


def test_the_order_of_two_conditions_is_no_new_combination():
    found = groups(WORLD, ["count_both"])
    of = {member.name: name for name, group in found.items() for member in group}
    assert of["count_both/gt/div"] == of["count_both/div/gt"]


def test_groups_lose_no_combination():
    names = {m.name for group in groups(WORLD, ["sum_of", "steps"]).values() for m in group}
    expected = [*combinations(FAMILIES["sum_of"]), *combinations(FAMILIES["steps"])]
    assert names == {m.name for m in expected}


def test_an_unknown_family_is_refused_with_the_known_ones():
    with pytest.raises(OilstoneError, match=r"no family sum_off; there are .*sum_of"):
        split(WORLD, ["sum_off"], 0.1, 0.1, random.Random(0))


def test_the_files_of_a_dataset_share_no_group_and_no_skeleton(dataset):
    rows = {
        s: list(jsonl.read(dataset / f"{s}.jsonl", "row.v1")) for s in ("train", "eval", "test")
    }
    for one, other in (("train", "test"), ("train", "eval"), ("eval", "test")):
        assert not {r["group"] for r in rows[one]} & {r["group"] for r in rows[other]}
        mine = {skeleton(r["completion"]) for r in rows[one]}
        assert not mine & {skeleton(r["completion"]) for r in rows[other]}
