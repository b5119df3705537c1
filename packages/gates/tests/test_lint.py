"""What is wrong with a gate before there is a report, and how sharp it is."""

import random
from pathlib import Path

import pytest
from scipy import stats

from oilstone_gates import gatefile, power
from oilstone_gates.lint import lint
from oilstone_schemas import intervals
from oilstone_schemas.command import OilstoneError


def said(kind, *gates):
    remarks = lint({"gates": [{"max_unscored": 0, **gate} for gate in gates]})
    return [remark.text for remark in remarks if remark.kind == kind]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"value": 0}, "tautological"),
        ({"value": -1, "baseline": "base"}, "tautological"),
        ({"op": ">", "value": 1}, "unreachable: no number"),
        ({"op": "<", "value": -1, "baseline": "b", "delta": "relative"}, "unreachable: no number"),
        ({"basis": "lower", "value": 0.99}, "unreachable: with n = 300"),
        ({"metric": "dangerous_rate", "op": "<=", "value": 0, "basis": "upper"}, "unreachable"),
        ({"unit": "warnings"}, "unit mismatch"),
    ],
)
def test_a_gate_that_cannot_fail_or_pass_is_an_error(gate, change, text):
    assert [found for found in said("error", gate(**change)) if text in found] != []


def test_a_metric_that_no_judge_measures_is_asked_about_unless_its_unit_is_said(gate):
    assert "is it spelt right" in said("warning", gate(metric="pass@@1"))[0]
    assert said("warning", gate(metric="pass@@1", unit="share")) == said("warning", gate())


def test_gates_that_cannot_both_pass_are_an_error(gate):
    low = gate(name="low", op="<", value=0.5)
    assert "unreachable together with low" in said("error", gate(), low)[0]


def test_gates_that_meet_in_one_point_are_none(gate):
    assert said("error", gate(value=0.5), gate(name="most", op="<=", value=0.5)) == []


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"min_n": 1}, "missing min_n"),
        ({"planned_n": 200}, "never decided"),
        ({"on_nan": "pass"}, "never measured"),
        ({"basis": "upper"}, "the lax end"),
        ({"bad": 0.84}, "a true 0.84 passes in 3"),
        ({"basis": "lower", "good": 0.86}, "passes in 5.3% of reports only"),
    ],
)
def test_a_gate_that_says_little_is_a_warning(gate, change, text):
    assert [found for found in said("warning", gate(**change)) if text in found] != []


def test_a_sound_gate_has_no_remark_but_its_power(gate):
    one = gate(basis="lower", bad=0.8, good=0.93, unit="share")
    assert (said("error", one), said("warning", one), len(said("power", one))) == ([], [], 3)


def test_the_old_gate_lets_a_third_through_one_time_in_six(gate):
    one = gate(metric="pass@1", op=">", value=0.35, min_n=500)
    assert said("power", one)[0] == (
        "n = 500: a true 0.33 passes 15.9% as a point estimate, 0.2% on the lower bound;"
        " this gate: point"
    )


def test_every_gate_of_every_shipped_set_shows_its_power():
    for name in ("seed-002", "seed-003", "seed-004"):
        gates = gatefile.load(Path(name))
        shown = {r.gate for r in lint(gates) if r.kind == "power" and "unknown" not in r.text}
        assert shown == {gatefile.identity(gate) for gate in gates["gates"]}


@pytest.mark.parametrize("n", [30, 164, 500, 1000])
@pytest.mark.parametrize("truth", [0.33, 0.35, 0.4])
def test_the_power_of_a_share_is_the_binomials(gate, n, truth):
    one = gate(metric="pass@1", op=">", value=0.35)
    passing = [k for k in range(n + 1) if intervals.wilson(k, n)[0] > 0.35]
    expected = sum(stats.binom.pmf(k, n, truth) for k in passing)
    assert power.chance(one, truth, n, "lower") == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("op", "basis"), [("<", "upper"), ("<=", "point")])
def test_where_less_is_better_the_small_counts_pass(gate, op, basis):
    one = gate(metric="error_rate", op=op, value=0.05, basis=basis)
    chances = [power.chance(one, truth, 500) for truth in (0.01, 0.04, 0.1)]
    assert chances == sorted(chances, reverse=True)


def test_the_power_of_a_paired_difference_is_that_of_drawn_pairs(gate):
    one = gate(metric="pass@1", baseline="b", op=">", value=0.05, basis="lower", discordant=0.3)
    draw, passed = random.Random(1), 0
    for _ in range(400):
        pairs = [_pair(draw, gained=0.225, lost=0.075) for _ in range(200)]
        ours, theirs = zip(*pairs, strict=True)
        passed += intervals.paired_difference(ours, theirs)[1] > 0.05
    expected = power.chance(one, 0.15, 200)
    assert stats.binomtest(passed, 400, expected).pvalue > 0.001


def _pair(draw, gained, lost):
    place = draw.random()
    if place < gained + lost:
        return (1.0, 0.0) if place < gained else (0.0, 1.0)
    return draw.choice([(1.0, 1.0), (0.0, 0.0)])


def test_the_needed_n_is_where_the_power_is_reached(gate):
    one = gate(metric="pass@1", op=">", value=0.35, basis="lower", min_n=1)
    needed = power.needed(one, 0.4)
    assert power.chance(one, 0.4, int(needed * 0.9)) < 0.8 <= power.chance(one, 0.4, needed)


def test_no_n_makes_a_bad_truth_pass(gate):
    assert power.needed(gate(metric="pass@1", op=">", value=0.35, basis="lower"), 0.34) is None


def test_what_can_be_seen_passes_with_that_power(gate):
    one = gate(metric="pass@1", op=">", value=0.35, basis="lower")
    assert power.chance(one, power.detectable(one, 500), 500) == pytest.approx(0.8, abs=1e-6)


def test_the_power_of_a_mean_is_normal(gate):
    one = gate(metric="avg_clippy_warnings", op="<=", value=2, basis="upper", sd=2.5)
    expected = stats.norm.cdf((2 - 1.5) / (2.5 / 10) - stats.norm.ppf(0.975))
    assert power.chance(one, 1.5, 100) == pytest.approx(expected)


def test_without_a_spread_the_power_of_a_mean_is_unknown(gate):
    one = gate(metric="avg_clippy_warnings", op="<=", value=2)
    assert "needs sd" in said("power", one)[0]


def test_in_a_family_the_power_is_the_strictest(gate):
    alone = gate(basis="lower", good=0.9)
    family = [alone | {"family": "f", "name": name} for name in "ab"]
    shown = [said("power", *gates)[-1 if len(gates) == 1 else 2] for gates in ([alone], family)]
    needed = [int(text.rpartition(" ")[2]) for text in shown]
    assert needed[0] < needed[1]


def test_a_truth_that_cannot_be_is_refused(gate):
    with pytest.raises(OilstoneError, match=r"it lies in 0 to 1"):
        power.chance(gate(), 1.5, 100)
