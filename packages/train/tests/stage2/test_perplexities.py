"""When a perplexity counts as a leap."""

import math

import pytest

from oilstone_train.stage2 import perplexities

SETTINGS = {"rise": 0.05}


def test_the_first_look_is_no_leap():
    assert not perplexities.leaps(perplexities.rise([], 90.0, 100), SETTINGS)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_is_always_a_leap(value):
    assert perplexities.leaps(perplexities.rise([2.0], value, 100), SETTINGS)


def test_a_rise_is_measured_against_the_average_before_it():
    assert perplexities.rise([10.0, 10.0], 10.6, 100) == pytest.approx(0.06)


def test_the_average_of_a_window_of_100_weighs_2_of_101():
    assert perplexities.average([1.0, 2.0], 100) == pytest.approx(1 + 2 / 101)


def test_a_steady_run_proposes_the_least():
    assert perplexities.proposed([2.0 - 0.001 * n for n in range(200)], 100) == (0.05, True)


def test_an_unsteady_run_is_told():
    found, steady = perplexities.proposed([2.0, 2.6] * 50, 10)
    assert found > 0.1
    assert not steady
