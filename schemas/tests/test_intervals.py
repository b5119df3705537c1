"""Against published numbers and, where there are none, against other methods that must be near."""

import random
from statistics import fmean

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from oilstone_schemas import intervals


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_numbers_of_newcombe_1998(k: int, n: int, low: float, high: float) -> None:
    """Statistics in Medicine 17:857, table I, method 3."""
    assert intervals.wilson(k, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_scipy(pair: tuple[int, int]) -> None:
    k, n = pair
    theirs = stats.binomtest(k, n).proportion_ci(0.9, method="wilson")
    assert intervals.wilson(k, n, 0.9) == pytest.approx(tuple(theirs), abs=1e-12)


def test_wilson_of_nothing_says_nothing() -> None:
    assert intervals.wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5)])
def test_wilson_refuses_impossible_counts(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="not between"):
        intervals.wilson(k, n)


def _pairs(both: int, only_a: int, only_b: int, neither: int) -> tuple[list[float], list[float]]:
    a = [1.0] * (both + only_a) + [0.0] * (only_b + neither)
    b = [1.0] * both + [0.0] * only_a + [1.0] * only_b + [0.0] * neither
    return a, b


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [
        ((14, 5, 0, 22), 0.011, 0.226),  # Altman et al., Statistics with Confidence, table 6.2
        ((1, 1, 7, 12), -0.507, -0.026),  # Fagerland et al. 2014, airway hyper-responsiveness
        ((36, 12, 2, 0), 0.0569, 0.3404),  # Newcombe 1998, table II
    ],
)
def test_newcombe_gives_the_published_numbers(
    table: tuple[int, int, int, int], low: float, high: float
) -> None:
    assert intervals.paired_difference(*_pairs(*table))[1:] == pytest.approx((low, high), abs=6e-4)


@given(st.tuples(*[st.integers(0, 30)] * 4).filter(any))
def test_newcombe_turns_with_its_arguments(table: tuple[int, int, int, int]) -> None:
    a, b = _pairs(*table)
    difference, low, high = intervals.paired_difference(a, b)
    assert intervals.paired_difference(b, a) == pytest.approx((-difference, -high, -low))


@given(st.tuples(*[st.integers(0, 30)] * 4).filter(any))
def test_newcombe_holds_the_difference(table: tuple[int, int, int, int]) -> None:
    difference, low, high = intervals.paired_difference(*_pairs(*table))
    assert -1 - 1e-9 <= low <= difference <= high <= 1 + 1e-9


def test_bootstrap_is_near_students_interval_for_many_values() -> None:
    draw = random.Random(3)
    values = [draw.expovariate(1) for _ in range(400)]
    theirs = stats.t.interval(0.95, 399, fmean(values), stats.sem(values))
    assert intervals.bootstrap_mean(values) == pytest.approx(tuple(theirs), abs=0.02)


def test_bootstrap_repeats_with_its_seed() -> None:
    values = [0.1, 0.7, 0.4, 0.9]
    assert intervals.bootstrap_mean(values, seed=5) == intervals.bootstrap_mean(values, seed=5)


def test_bootstrap_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no values"):
        intervals.bootstrap_mean([])


def test_differences_of_scores_are_bootstrapped_in_pairs() -> None:
    """Pairs that all differ by the same amount leave no doubt about the mean difference."""
    a = [0.2, 0.5, 0.9]
    b = [value - 0.1 for value in a]
    assert intervals.paired_difference(a, b) == pytest.approx((0.1, 0.1, 0.1))


def test_the_method_follows_the_values() -> None:
    used = [intervals.paired_method([1, 0], [0, 0]), intervals.paired_method([1, 0.5], [0, 0])]
    assert used == ["newcombe-paired", "paired-bootstrap"]


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="not pairs"):
        intervals.paired_difference([1, 0], [1])


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_clopper_pearson_agrees_with_scipy(pair: tuple[int, int]) -> None:
    k, n = pair
    theirs = stats.binomtest(k, n).proportion_ci(0.95, method="exact")
    assert intervals.clopper_pearson(k, n) == pytest.approx(tuple(theirs), abs=1e-9)


def test_no_event_in_n_follows_the_rule_of_three() -> None:
    """Hanley and Lippman-Hand 1983: at 95 % one-sided, at most 3 / n."""
    low, high = intervals.clopper_pearson(0, 500, 0.90)
    assert (low, high) == (0.0, pytest.approx(3 / 500, rel=0.005))


def test_clopper_pearson_of_nothing_says_nothing() -> None:
    assert intervals.clopper_pearson(0, 0) == (0.0, 1.0)


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=40), st.sampled_from([0.5, 0.95, 0.999]))
def test_students_interval_agrees_with_scipy(values: list[float], level: float) -> None:
    spread = stats.sem(values)
    assume(spread > 1e-6)
    expected = stats.t.interval(level, len(values) - 1, fmean(values), spread)
    assert intervals.student(values, level) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_one_value_has_no_students_interval() -> None:
    with pytest.raises(ValueError, match="at least two"):
        intervals.student([1.0])
