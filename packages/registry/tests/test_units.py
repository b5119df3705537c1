"""From outcomes to units."""

import random

from hypothesis import given
from hypothesis import strategies as st

from oilstone_registry import analysis
from oilstone_registry.units import Outcome, Units

PLAN = {"alpha": 0.05, "window_s": 0, "method": "e-process", "guardrails": []}


def outcome(unit, time=0.0, value=1.0, treated=False, p=0.5):
    return Outcome(unit, treated, p, time, [value])


def closed(window, *outcomes, ended=False):
    units = Units(window)
    found = [unit for one in outcomes for unit in units.add(one)]
    return found + (list(units.close()) if ended else []), units


def test_without_a_window_a_unit_counts_with_its_first_outcome():
    found, units = closed(0, outcome("a", value=0.0), outcome("a", value=1.0))
    assert ([one.values for one in found], units.late) == ([[0.0]], 1)


def test_with_a_window_a_unit_counts_once_with_the_mean_of_its_outcomes():
    found, _ = closed(10, outcome("a", 0, 0.0), outcome("a", 5, 1.0), outcome("b", 11))
    assert [one.values for one in found] == [[0.5]]


def test_a_unit_stays_in_the_arm_it_was_first_assigned_to():
    moved = outcome("a", 5, treated=True, p=0.25)
    found, _ = closed(10, outcome("a", 0, p=0.05), moved, ended=True)
    assert [(one.treated, one.probability) for one in found] == [(False, 0.05)]


def test_what_comes_after_the_window_does_not_count():
    found, units = closed(10, outcome("a", 0), outcome("b", 20), outcome("a", 5, 0.0), ended=True)
    assert (len(found), units.late) == (2, 1)


def test_a_unit_that_first_appears_when_its_turn_is_over_does_not_count():
    found, units = closed(10, outcome("b", 20), outcome("a", 5), ended=True)
    assert (len(found), units.late) == (1, 1)


rows = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 50), st.booleans()), max_size=40)


@given(rows, st.sampled_from([0, 5, 100]))
def test_every_unit_is_counted_at_most_once_in_the_order_of_its_assignment(log, window):
    found, units = closed(
        window, *(outcome(str(unit), time, treated=arm) for unit, time, arm in log), ended=True
    )
    assert len(found) <= len({unit for unit, _, _ in log})
    assert units.pending == 0


def test_200_users_with_100_requests_each_are_200_units():
    """Per request, 4 of 5 such tests without an effect find a winner; per user none does."""
    draw, winners = random.Random(1), 0
    for _ in range(20):
        users = [(draw.random(), draw.random() < 0.5) for _ in range(200)]
        found = analysis.Analysis(PLAN | {"window_s": 1000})
        for number in range(20_000):
            rate, arm = users[number % 200]
            found.add(outcome(str(number % 200), number / 100, float(draw.random() < rate), arm))
        found.close()
        winners += found.verdict != analysis.OPEN
        assert found.evidence.n == 200
    assert winners == 0


def test_a_group_sequential_test_decides_at_its_looks_only_and_ends_with_its_budget():
    plan = PLAN | {"method": "group-sequential", "budget": 1000, "looks": 4, "spending": "pocock"}
    found = analysis.Analysis(plan)
    for number in range(1000):
        treated = number % 2 == 0
        found.add(outcome(str(number), value=float(treated or number % 4 == 1), treated=treated))
    assert (found.verdict, found.shown_at) == (analysis.BETTER, 250)


def test_a_group_sequential_test_without_an_effect_ends_undecided():
    plan = PLAN | {"method": "group-sequential", "budget": 400, "looks": 4, "spending": "pocock"}
    found = analysis.Analysis(plan)
    for number in range(400):
        found.add(outcome(str(number), value=float(number % 4 < 2), treated=number % 2 == 0))
    assert found.verdict == analysis.UNDECIDED
