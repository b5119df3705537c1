"""Golden tables of the chunk schedule, the norm of clipping and the weight of polarization."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_train.stage2 import clipping, gates, schedule

SEED = {"shape": "exponential", "start": 32, "gamma": 0.9993, "soft": 0}
CHANGES = [
    1, 46, 93, 141, 191, 243, 297, 353, 411, 472, 536, 602, 672, 745, 822, 904, 990, 1083, 1181,
    1287, 1401, 1525, 1662, 1812, 1980, 2171, 2391, 2651, 2970, 3381, 3960,
]  # fmt: skip
POLARIZATION = {"start": 10.0, "end": 0.1, "hold": 0.1}


def test_the_default_schedule_changes_31_times_through_every_whole_number():
    expected = list(zip(CHANGES, range(31, 0, -1), strict=True))
    assert schedule.transitions(6000, SEED) == expected


@pytest.mark.parametrize(("step", "size"), [(0, 32), (989, 16), (1000, 15), (2000, 7), (5000, 1)])
def test_the_formula_where_the_founding_table_says_16_8_and_1_to_2(step, size):
    assert schedule.size(step, SEED) == size


def test_powers_of_two_change_five_times():
    found = schedule.transitions(6000, {**SEED, "shape": "powers_of_two"})
    assert found == [(990, 16), (1980, 8), (2970, 4), (3960, 2), (4950, 1)]


def test_a_cosine_ends_at_one():
    cosine = {"shape": "cosine", "start": 32, "steps": 100, "soft": 0}
    assert [schedule.size(s, cosine) for s in (0, 50, 100, 500)] == [32, 16, 1, 1]


def test_sizes_may_be_listed():
    listed = {"shape": "step", "start": 32, "sizes": [[10, 8], [20, 1]], "soft": 0}
    assert [schedule.size(s, listed) for s in (9, 10, 19, 20)] == [32, 8, 8, 1]


def test_a_soft_boundary_goes_down_in_a_line():
    listed = {"shape": "step", "start": 32, "sizes": [[10, 16]], "soft": 4}
    assert [schedule.size(s, listed) for s in range(9, 16)] == [32, 28, 25, 22, 19, 16, 16]


@given(st.integers(0, 10_000), st.sampled_from(["exponential", "powers_of_two"]))
def test_chunks_never_grow(step, shape):
    settings = {**SEED, "shape": shape}
    assert 1 <= schedule.size(step + 1, settings) <= schedule.size(step, settings) <= 32


@pytest.mark.parametrize(
    ("chunk", "norm"),
    [(64, 0.3536), (32, 0.5), (16, 0.7071), (8, 1.0), (4, 1.4142), (2, 2.0), (1, 2.8284)],
)
def test_the_norm_of_each_chunk_size(chunk, norm):
    assert clipping.norm(chunk, 0.5) == pytest.approx(norm, abs=5e-5)


def test_a_transition_halves_the_norm_once():
    listed = {"shape": "step", "start": 32, "sizes": [[2, 8]], "soft": 0}
    clip = {"base": 0.5, "at_transition": 0.5}
    found = [clipping.limit(step, listed, clip) for step in range(4)]
    assert found == pytest.approx([0.5, 0.5, 0.5, 1.0])


def test_a_layer_may_have_a_norm_of_its_own():
    listed = {"shape": "step", "start": 32, "sizes": [[2, 8]], "soft": 0}
    clip = {"base": 0.5, "at_transition": 0.5, "layers": [{"layer": 3, "base": 0.1}]}
    found = [clipping.limits(step, listed, clip)[3] for step in range(4)]
    assert found == pytest.approx([0.1, 0.1, 0.1, 0.2])


def test_a_proposed_norm_cuts_as_often_as_asked():
    norms = [0.01 * n for n in range(1, 101)]
    base = clipping.proposed(norms, chunk=8)
    assert sum(norm > clipping.norm(8, base) for norm in norms) in (9, 10)


@pytest.mark.parametrize(("share", "weight"), [(0.0, 10), (0.1, 10), (0.5, 1.2915), (1.0, 0.1)])
def test_the_weight_of_polarization(share, weight):
    assert gates.weight(share, POLARIZATION) == pytest.approx(weight, abs=5e-5)


def test_a_gate_away_from_the_middle_is_pushed_outwards():
    torch = pytest.importorskip("torch")
    gate = torch.tensor([0.3, 0.7], requires_grad=True)
    gates.indecision([gate]).backward()
    assert gate.grad.tolist() == [1.0, -1.0]


def test_polarized_counts_what_is_below_a_tenth_or_above_nine():
    assert gates.polarized([0.05, 0.1, 0.5, 0.9, 0.95]) == 2
    assert math.isclose(sum(gates.histogram([0.0, 0.5, 1.0])), 3)


@pytest.mark.parametrize(
    ("now", "decided", "hopeless"),
    [(0.16, 0.0, False), (0.14, 0.0, True), (0.1, 0.2, False), (0.1, 0.19, True)],
)
def test_gates_must_have_come_apart_or_decided(now, decided, hopeless):
    settings = {"growth": 1.5, "polarized": 0.2}
    assert bool(gates.hopeless(0.1, now, decided, settings)) == hopeless
