"""Numbers and intervals from scores by problem."""

import random

import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from oilstone_gates import families
from oilstone_gates.bounds import Measurement, meets
from oilstone_gates.estimate import estimate
from oilstone_gates.pairs import Table
from oilstone_schemas import intervals
from oilstone_schemas.command import OilstoneError


def singles(*scores):
    return Table([[(float(score),)] for score in scores])


@pytest.mark.parametrize("method", ["wilson", "clopper-pearson"])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_a_share_has_the_interval_of_its_method(method, level):
    found = estimate(singles(*[1] * 7, *[0] * 43), seed=0, method=method, level=level)
    name = {"wilson": "wilson", "clopper-pearson": "exact"}[method]
    ends = stats.binomtest(7, 50).proportion_ci(level, method=name)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), abs=1e-9)


def test_pairs_of_shares_have_newcombes_interval():
    ours, theirs = [1.0] * 30 + [0.0] * 20, [1.0] * 20 + [0.0] * 30
    table = Table([[row] for row in zip(ours, theirs, strict=True)])
    found = estimate(table, seed=0, method="newcombe-paired", level=0.9)
    assert (found.value, found.low, found.high) == intervals.paired_difference(ours, theirs, 0.9)


def test_samples_of_one_problem_are_drawn_together():
    alone = Table([[(float(n % 2),)] for n in range(40)])
    together = Table([[(float(n % 2),)] * 10 for n in range(4)])
    spread = [
        found.high - found.low
        for table in (alone, together)
        if (found := estimate(table, seed=0, method="bootstrap-cluster"))
    ]
    assert spread[1] > 2 * spread[0]


def test_the_bootstrap_covers_the_truth_as_often_as_it_says():
    draw, held = random.Random(1), 0
    for _ in range(40):
        scores = [[(draw.gauss(1, 1),)] for _ in range(40)]
        found = estimate(Table(scores), seed=0, level=0.8)
        held += found.low <= 1 <= found.high
    assert stats.binomtest(held, 40, 0.8).pvalue > 0.001


def test_a_relative_difference_is_a_ratio_less_one():
    table = Table([[(1.05 * n, 1.0 * n)] for n in range(1, 30)])
    found = estimate(table, seed=0, relative=True)
    assert (found.value, found.low, found.high) == pytest.approx((0.05,) * 3)


def test_a_ratio_to_nothing_is_no_number():
    found = estimate(Table([[(1.0, 0.0)]] * 5), seed=0, relative=True)
    assert (found.at("point"), found.at("upper")) == (None, None)


def test_a_quantile_is_interpolated():
    table = Table([[(float(n),)] for n in range(1, 102)])
    assert estimate(table, seed=0, quantile=0.95).value == 96.0


@pytest.mark.parametrize(
    ("table", "method"),
    [
        (Table([[(1.0,), (0.0,)]] * 9), "wilson"),
        (singles(0.5, 1), "clopper-pearson"),
        (singles(0, 1), "newcombe-paired"),
        (Table([[(0.5, 1.0)]] * 9), "newcombe-paired"),
    ],
)
def test_a_method_for_other_scores_is_refused(table, method):
    with pytest.raises(OilstoneError, match="bootstrap-cluster"):
        estimate(table, seed=0, method=method)


@pytest.mark.parametrize("seed", range(20))
def test_a_family_passes_what_holms_rule_rejects(seed):
    """One-sided tests of normal means, by their bounds here and by their p-values there."""
    draw = random.Random(seed)
    means = {f"g{n}": draw.uniform(0, 4) for n in range(5)}
    gates = [{"name": name, "op": ">", "value": 0, "confidence": 0.9} for name in means]

    def measure(gate, level):
        mean = means[gate["name"]]
        reach = stats.norm.ppf((1 + level) / 2)
        return Measurement(mean, mean - reach, mean + reach, 9, 0)

    def passes(gate, seen):
        return meets(seen.low, gate["op"], gate["value"])

    seen = families.corrected(gates, measure, passes)
    passed = [passes(gate, seen[gate["name"]]) for gate in gates]
    p_values = [stats.norm.sf(mean) for mean in means.values()]
    assert passed == multipletests(p_values, alpha=0.05, method="holm")[0].tolist()
