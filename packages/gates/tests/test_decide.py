"""One gate, one measurement: every operator, every basis, everything that decides nothing."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_gates.bounds import OPERATORS, Measurement
from oilstone_gates.decide import finding, judge, overall


def verdict_of(gate, **seen):
    numbers = {"value": 0.9, "low": 0.8, "high": 0.95, "n": 300, "unscored": 0} | seen
    return judge({"max_unscored": 0, **gate}, Measurement(**numbers))[0]


@pytest.mark.parametrize(
    ("op", "below", "at", "above"),
    [
        (">=", "failed", "passed", "passed"),
        (">", "failed", "failed", "passed"),
        ("<=", "passed", "passed", "failed"),
        ("<", "passed", "failed", "failed"),
    ],
)
def test_the_threshold_itself_belongs_to_the_side_that_the_operator_says(
    gate, op, below, at, above
):
    asked = gate(op=op, value=0.5)
    values = (math.nextafter(0.5, 0), 0.5, math.nextafter(0.5, 1))
    assert [verdict_of(asked, value=value) for value in values] == [below, at, above]


@pytest.mark.parametrize(("basis", "number"), [("point", 0.9), ("lower", 0.8), ("upper", 0.95)])
def test_the_basis_chooses_the_number_that_is_compared(gate, basis, number):
    at = verdict_of(gate(basis=basis, value=number))
    above = verdict_of(gate(basis=basis, value=math.nextafter(number, 1)))
    assert (at, above) == ("passed", "failed")


def test_a_missing_metric_fails(gate):
    assert judge(gate(), None) == ("failed", "the report has no compile_rate")


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("op", OPERATORS)
def test_a_value_that_is_no_number_fails_whatever_is_asked(gate, op, value):
    assert verdict_of(gate(op=op), value=value) == "failed"


def test_a_missing_interval_fails_a_gate_on_a_bound(gate):
    assert verdict_of(gate(basis="lower"), low=None) == "failed"


def test_one_sample_too_few_decides_nothing(gate):
    verdicts = [verdict_of(gate(min_n=300), n=n) for n in (299, 300)]
    assert verdicts == ["inconclusive", "passed"]


def test_one_unscored_sample_too_many_decides_nothing(gate):
    verdicts = [verdict_of(gate(max_unscored=2), unscored=n) for n in (2, 3)]
    assert verdicts == ["passed", "inconclusive"]


def test_a_value_missing_because_nothing_could_be_judged_is_not_called_a_failure(gate):
    assert verdict_of(gate(), value=None, n=0, unscored=300) == "inconclusive"


def test_a_finding_writes_nan_as_null(gate):
    found = finding({"max_unscored": 0, **gate()}, Measurement(math.nan, None, None, 300, 0))
    assert found["observed"] is None


def test_the_explanation_says_which_number_met_what(gate):
    _, words = judge({"max_unscored": 0, **gate()}, Measurement(0.9, 0.8, 0.95, 300, 0))
    assert words == "the value of compile_rate is 0.9 (n 300); it must be >= 0.85"


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        (["passed", "passed"], "passed"),
        (["passed", "inconclusive"], "inconclusive"),
        (["inconclusive", "failed"], "failed"),
        ([], "inconclusive"),
    ],
)
def test_a_decision_passes_only_when_every_gate_does(verdicts, whole):
    assert overall([{"verdict": verdict} for verdict in verdicts]) == whole


numbers = st.floats(-10, 10)


@given(op=st.sampled_from(sorted(OPERATORS)), threshold=numbers, a=numbers, b=numbers)
def test_a_better_value_never_turns_passed_into_failed(op, threshold, a, b):
    worse, better = sorted((a, b), reverse=op in ("<", "<="))
    asked = {"metric": "m", "op": op, "value": threshold, "basis": "point"}
    asked |= {"min_n": 1, "max_unscored": 0}
    verdicts = [judge(asked, Measurement(v, None, None, 1, 0))[0] for v in (worse, better)]
    assert verdicts != ["passed", "failed"]
