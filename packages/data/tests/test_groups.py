"""No group stands on two sides of a split, nor do groups that near-duplicates join."""

import random
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from oilstone_data.dedup import Deduplicate
from oilstone_data.groups import Groups
from oilstone_data.sides import side

NAMES = st.sampled_from("abcdefghij")
LINKS = st.lists(st.tuples(NAMES, NAMES), max_size=15)
SHARES = {"train": 0.8, "eval": 0.1, "test": 0.1}


def components(links) -> dict[str, set[str]]:
    found = {name: {name} for name in "abcdefghij"}
    for one, other in links:
        both = found[one] | found[other]
        for name in both:
            found[name] = both
    return found


@given(LINKS)
def test_two_groups_have_one_name_just_when_a_chain_of_links_joins_them(links):
    groups, expected = Groups(links), components(links)
    for one in expected:
        assert {o for o in expected if groups.name(o) == groups.name(one)} == expected[one]


@given(LINKS, st.randoms())
def test_names_do_not_depend_on_the_order_of_the_links(links, rng):
    shuffled = [pair[:: rng.choice((1, -1))] for pair in rng.sample(links, len(links))]
    assert all(Groups(links).name(g) == Groups(shuffled).name(g) for g in "abcdefghij")


@given(LINKS, st.integers(0, 2**32))
def test_no_joined_group_straddles_a_split(links, seed):
    groups = Groups(links)
    sides = defaultdict(set)
    for one, other in links:
        for group in (one, other):
            sides[min(components(links)[group])].add(side(seed, groups.name(group), SHARES))
    assert all(len(found) == 1 for found in sides.values())


def test_a_long_chain_is_one_group():
    names = [f"g{i:06}" for i in range(50_000)]
    groups = Groups(zip(names[1:], names, strict=False))
    assert {groups.name(name) for name in names} == {"g000000"}


def test_shares_are_met_by_many_groups():
    placed = [side(7, f"group {i}", SHARES) for i in range(20_000)]
    assert abs(placed.count("train") / 20_000 - 0.8) < 0.02
    assert abs(placed.count("eval") / 20_000 - 0.1) < 0.02


def test_what_deduplication_removes_joins_the_groups_of_its_rows():
    rng = random.Random(3)
    text = " ".join(rng.choices("abcdefgh", k=200))
    other = " ".join(rng.choices("stuvwxyz", k=200))
    rows = [
        {"id": "1", "group": "p", "completion": text},
        {"id": "2", "group": "q", "completion": text + " end"},
        {"id": "3", "group": "q", "completion": other},
        {"id": "4", "group": "r", "completion": other + " end"},
        {"id": "5", "group": "s", "completion": "something else"},
    ]
    stage = Deduplicate()
    list(stage(rows))
    groups = Groups(stage.links)
    assert {groups.name(row["group"]) for row in rows[:4]} == {"p"}
    assert groups.name("s") == "s"
