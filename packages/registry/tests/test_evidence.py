"""The statistics: what may be wrong how often, and that the same log gives the same bits."""

import importlib
import random
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_registry import analysis, evidence, guardrails, interval, plan, ratio, sequential
from oilstone_registry.evidence import Evidence
from oilstone_schemas.command import OilstoneError

BENCH = Path(__file__).parents[3] / "benchmarks" / "ab"
DECIDES = evidence.needed(evidence.ALPHA)


def play(draw, base, effect, traffic, steps):
    """Add outcomes until one side decides; return +1, -1 or 0."""
    gathered = Evidence()
    for step in range(steps):
        over = step / steps
        p = traffic(over)
        treated = draw.random() < p
        outcome = float(draw.random() < base(over) + effect * treated)
        gathered.add(outcome, treated, p)
        if gathered.better >= DECIDES:
            return 1
        if gathered.worse >= DECIDES:
            return -1
    return 0


def calls(runs, **world):
    draw = random.Random(7)
    return [play(draw, **world) for _ in range(runs)]


def drift(over):
    return 0.35 + 0.2 * over


def ramp(over):
    return 0.05 if over < 1 / 3 else 0.25 if over < 2 / 3 else 0.5


@pytest.mark.parametrize(
    ("base", "traffic"),
    [(lambda _: 0.45, lambda _: 0.5), (drift, ramp), (lambda _: 0.98, lambda _: 0.1)],
    ids=["every look", "ramp and drift", "rare failures"],
)
def test_without_an_effect_a_winner_is_rarely_called(base, traffic):
    found = calls(150, base=base, effect=0.0, traffic=traffic, steps=1500)
    assert sum(one != 0 for one in found) <= 15  # 5 % are 7.5; more than 15 has p < 0.5 %


def test_an_effect_is_found_and_its_direction_is_right():
    found = calls(30, base=lambda _: 0.45, effect=0.12, traffic=lambda _: 0.5, steps=4000)
    assert (found.count(1), found.count(-1)) == (30, 0)


def test_a_worse_candidate_under_ramp_and_drift_is_never_a_winner():
    found = calls(40, base=drift, effect=-0.1, traffic=ramp, steps=3000)
    assert 1 not in found


units = st.tuples(st.floats(0, 1), st.booleans(), st.sampled_from([0.01, 0.05, 0.25, 0.5, 0.9]))


@given(st.lists(units, max_size=60))
def test_the_same_log_gives_the_same_bits(log):
    once, again = Evidence(), Evidence()
    for unit in log:
        once.add(*unit)
        again.add(*unit)
    assert (once.better, once.worse, once.total) == (again.better, again.worse, again.total)


@given(st.lists(units, max_size=40), st.sampled_from([0.01, 0.05, 0.25, 0.5, 0.9]), st.floats(0, 1))
def test_whatever_was_seen_the_next_unit_without_an_effect_gains_nothing_on_average(log, p, y):
    """The supermartingale itself: over the coin alone, wealth stays what it is."""
    wealth = []
    for treated in (True, False):
        gathered = Evidence()
        for unit in log:
            gathered.add(*unit)
        before = (gathered.better, gathered.worse)
        gathered.add(y, treated, p)
        wealth.append((gathered.better, gathered.worse))
    for side in (0, 1):
        mean = p * wealth[0][side] + (1 - p) * wealth[1][side]
        assert mean == pytest.approx(before[side], rel=1e-9)


@given(st.lists(units, max_size=60))
def test_wealth_is_never_negative(log):
    gathered = Evidence(margin=0.05)
    for unit in log:
        gathered.add(*unit)
    assert gathered.better >= 0 and gathered.worse >= 0


@pytest.mark.parametrize("unit", [(1.1, True, 0.5), (-0.1, True, 0.5), (1, True, 0), (1, True, 1)])
def test_what_no_bounded_outcome_or_probability_is_is_refused(unit):
    with pytest.raises(ValueError, match="not in"):
        Evidence().add(*unit)


def test_evidence_beyond_any_float_stays_a_number():
    gathered = Evidence()
    for number in range(20_000):
        gathered.add(float(number % 2), number % 2 == 1, 0.5)
    assert 1e200 <= gathered.better < float("inf")


def test_a_mismatch_of_the_arms_is_found():
    draw, counted = random.Random(3), ratio.Ratio()
    for _ in range(20_000):
        counted.add(draw.random() < 0.47, 0.5)
    assert counted.alarm


def test_arms_as_planned_under_a_ramp_raise_no_alarm():
    draw, counted = random.Random(3), ratio.Ratio()
    for number in range(20_000):
        p = ramp(number / 20_000)
        counted.add(draw.random() < p, p)
    assert not counted.alarm


@pytest.mark.parametrize(
    ("spending", "published"),
    [
        ("obrien-fleming", [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]),
        ("pocock", [2.4380, 2.4268, 2.4102, 2.3966, 2.3859]),
    ],
)
def test_group_sequential_boundaries_are_the_published_ones(spending, published):
    """gsDesign and Jennison-Turnbull, five equal looks, two-sided 5 %."""
    found = sequential.boundaries([0.2, 0.4, 0.6, 0.8, 1.0], 0.05, spending)
    assert found == pytest.approx(published, abs=2e-4)


@pytest.mark.parametrize("fractions", [[0.5, 0.5], [0.6, 0.4], [0.5, 1.2], [0.0, 1.0]])
def test_looks_that_do_not_rise_to_the_budget_are_refused(fractions):
    with pytest.raises(OilstoneError, match="rising to 1"):
        sequential.boundaries(fractions, 0.05, "pocock")


def test_the_interval_covers_the_effect_at_every_look():
    draw, missed = random.Random(11), 0
    for _ in range(60):
        gathered, outside = Evidence(), False
        for number in range(1000):
            treated = draw.random() < 0.5
            gathered.add(float(draw.random() < 0.4 + 0.1 * treated), treated, 0.5)
            shown = interval.effect(gathered.n, *gathered.total, 0.05)
            outside |= number >= 50 and not shown.low <= 0.1 <= shown.high
        missed += outside
    assert missed <= 8


def test_a_candidate_that_fails_more_often_is_stopped_by_its_guardrail():
    draw, guard = random.Random(5), guardrails.Guardrail({"metric": "error", "margin": 0.02})
    for _ in range(2000):
        treated = draw.random() < 0.5
        guard.add(float(draw.random() >= 0.2 * treated), treated, 0.5)
    assert guard.state == "harmed"


def test_a_candidate_as_good_as_the_other_is_shown_not_to_be_harmful():
    draw, guard = random.Random(5), guardrails.Guardrail({"metric": "error", "margin": 0.1})
    for _ in range(3000):
        guard.add(float(draw.random() >= 0.05), draw.random() < 0.5, 0.5)
    assert guard.state == "kept"


@pytest.fixture
def vectorised(monkeypatch):
    pytest.importorskip("numpy")
    if not BENCH.is_dir():
        pytest.skip("the benchmarks are not beside this package")
    monkeypatch.syspath_prepend(str(BENCH))
    yield importlib.import_module("methods")
    sys.modules.pop("methods")


@pytest.mark.parametrize("margin", [0.0, 0.02])
def test_the_benchmark_measures_the_products_very_formula(vectorised, margin):
    """Bit for bit, in every run and at every step."""
    import numpy as np

    draw, runs = np.random.default_rng(2), 5
    theirs, ours = vectorised.Betting(runs, margin), [Evidence(margin) for _ in range(runs)]
    shares, ratios = vectorised.Ratio(runs), [ratio.Ratio() for _ in range(runs)]
    for step in range(400):
        p = ramp(step / 400)
        treated, outcome = draw.random(runs) < p, (draw.random(runs) < 0.4).astype(float)
        theirs.step(outcome, treated, p)
        shares.step(treated, 0.5)
        for run in range(runs):
            ours[run].add(float(outcome[run]), bool(treated[run]), p)
            ratios[run].add(bool(treated[run]), 0.5)
        assert theirs.better.tolist() == [one.better for one in ours]
        assert theirs.worse.tolist() == [one.worse for one in ours]
        assert shares.factor.tolist() == [one.factor for one in ratios]


@pytest.mark.parametrize("alpha", [0.001, 0.01, 0.05, 0.2])
def test_better_worse_and_a_mismatch_share_alpha(alpha):
    calls = [1 / evidence.needed(alpha), 1 / evidence.needed(alpha), 1 / ratio.needed(alpha)]
    assert sum(calls) == pytest.approx(alpha)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_all_guardrails_of_a_plan_share_alpha(count):
    rules = [{"metric": "error", "margin": 0.02}] * count
    found = analysis.Analysis(plan.load(None) | {"guardrails": rules, "alpha": 0.01})
    assert sum(1 / one.needed for one in found.guardrails) == pytest.approx(0.01)


def test_a_group_sequential_plan_leaves_the_check_of_the_shares_its_part_of_alpha():
    rules = {"method": "group-sequential", "budget": 1000, "looks": 1, "spending": "pocock"}
    found = analysis.Analysis(plan.load(None) | rules)
    assert found._looks == pytest.approx({1000: sequential.boundaries([1.0], 0.04, "pocock")[0]})
