"""Every formula against scipy or statsmodels, to 1e-9."""

import itertools
import random
from fractions import Fraction

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.api import OLS
from statsmodels.stats.contingency_tables import mcnemar as theirs_mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower

from oilstone_eval.statistics import clusters, families, mcnemar, passk, power

COUNT = st.integers(0, 300)
NEAR = 1e-9


@given(COUNT, COUNT)
def test_mcnemar_exact_is_statsmodels(gained: int, lost: int) -> None:
    expected = theirs_mcnemar([[0, gained], [lost, 0]], exact=True).pvalue if gained + lost else 1
    assert mcnemar.exact(gained, lost) == pytest.approx(expected, abs=NEAR)


@given(COUNT, COUNT)
def test_mid_p_leaves_out_half_of_what_was_seen(gained: int, lost: int) -> None:
    total = gained + lost
    half = stats.binom.pmf(min(gained, lost), total, 0.5)
    below = stats.binom.cdf(min(gained, lost), total, 0.5)
    expected = 2 * below - half
    assert mcnemar.mid_p(gained, lost) == pytest.approx(expected, abs=NEAR)


@pytest.mark.parametrize(("gained", "lost"), [(0, 2000), (9900, 10_100), (30_000, 30_000)])
def test_mcnemar_of_very_many_pairs_is_scipys(gained: int, lost: int) -> None:
    exact = stats.binomtest(gained, gained + lost).pvalue
    assert mcnemar.exact(gained, lost) == pytest.approx(exact, abs=NEAR)


def test_as_many_gained_as_lost_is_no_evidence() -> None:
    assert [mcnemar.mid_p(n, n) for n in (0, 1, 7)] == pytest.approx([1.0] * 3)


def test_mid_p_of_a_published_comparison() -> None:
    """Qwen2.5-Coder 7B against 1.5B on MBPP+: exact .060, mid-p .047."""
    found = mcnemar.exact(45, 28), mcnemar.mid_p(45, 28)
    assert found == (pytest.approx(0.060, abs=5e-4), pytest.approx(0.047, abs=5e-4))


@settings(max_examples=15)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_holm_is_statsmodels(p_values: list[float]) -> None:
    expected = multipletests(p_values, method="holm")[1]
    assert families.holm(p_values) == pytest.approx(list(expected), abs=NEAR)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 6)), min_size=3, max_size=60))
def test_the_clustered_error_is_statsmodels(rows: list[tuple[float, int]]) -> None:
    values, groups = [value for value, _ in rows], [group for _, group in rows]
    found = clusters.standard_error(values, groups)
    if len(set(groups)) < 2:
        assert found is None
        return
    fit = OLS(values, numpy.ones(len(rows))).fit(cov_type="cluster", cov_kwds={"groups": groups})
    assert found == pytest.approx(float(fit.bse[0]), abs=NEAR)


def test_the_bootstrap_is_scipys() -> None:
    values = [random.Random(3).gauss(0, 1) for _ in range(164)]
    theirs = stats.bootstrap(
        (values,), numpy.mean, method="percentile", n_resamples=999, vectorized=True,
        rng=numpy.random.default_rng(7),
    ).confidence_interval  # fmt: skip
    ours = clusters.bootstrap(values, range(164), 0.95, seed=7, resamples=999)
    assert ours == pytest.approx((theirs.low, theirs.high), abs=NEAR)


def test_the_cluster_bootstrap_draws_whole_clusters() -> None:
    """Copies of an item are no more evidence than the item."""
    values = [random.Random(5).random() for _ in range(60)]
    once = clusters.bootstrap(values, range(60), seed=1)
    copied = clusters.bootstrap(values * 5, list(range(60)) * 5, seed=1)
    assert copied == pytest.approx(once, abs=NEAR)


def test_resamples_in_blocks_are_the_same_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [random.Random(5).random() for _ in range(60)]
    whole = clusters.bootstrap(values, range(60), seed=1)
    monkeypatch.setattr(clusters, "_BLOCK", 601)
    assert clusters.bootstrap(values, range(60), seed=1) == whole


@pytest.mark.slow
def test_the_cluster_bootstrap_covers_what_it_says() -> None:
    """Five correlated samples of each of 100 problems: 94 to 96 in 100 intervals hold the truth."""
    draw, held, runs = numpy.random.default_rng(0), 0, 1500
    groups = numpy.repeat(numpy.arange(100), 5).tolist()
    for run in range(runs):
        chance = draw.beta(1, 1, 100)
        values = (draw.random((100, 5)) < chance[:, None]).astype(float).ravel().tolist()
        low, high = clusters.bootstrap(values, groups, seed=run, resamples=1000)
        held += low <= 0.5 <= high
    assert 0.935 <= held / runs <= 0.965


@given(
    st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n)))
)
def test_pass_at_k_is_the_share_of_draws_that_hold_a_right_sample(
    case: tuple[int, int, int],
) -> None:
    n, c, k = case
    draws = list(itertools.combinations([True] * c + [False] * (n - c), k))
    expected = Fraction(sum(map(any, draws)), len(draws))
    assert passk.unbiased(n, c, k) == pytest.approx(float(expected), abs=NEAR)


def test_pass_at_k_is_unbiased_where_the_naive_estimate_is_not() -> None:
    """The mean over all outcomes of 10 samples with chance 0.3 each is 1 - 0.7^5, exactly."""
    chances = stats.binom.pmf(range(11), 10, 0.3)
    mean = sum(p * passk.unbiased(10, c, 5) for c, p in enumerate(chances))
    naive = sum(p * (1 - (1 - c / 10) ** 5) for c, p in enumerate(chances))
    assert mean == pytest.approx(1 - 0.7**5, abs=NEAR)
    assert naive < mean - 0.01


@pytest.mark.parametrize(("n", "c", "k"), [(5, 6, 1), (5, -1, 1), (5, 1, 0), (5, 1, 6)])
def test_impossible_counts_are_refused(n: int, c: int, k: int) -> None:
    with pytest.raises(ValueError, match="not 0 <= c"):
        passk.unbiased(n, c, k)


@given(st.floats(0.001, 2), st.floats(0.5, 0.99))
def test_the_detectable_difference_is_statsmodels(error: float, wanted: float) -> None:
    found = power.detectable(error, 0.05, wanted)
    reached = NormalIndPower().power(found / error, nobs1=1, alpha=0.05, ratio=0)
    assert reached == pytest.approx(wanted, abs=NEAR)


@given(st.floats(-1, 1), st.floats(0.001, 1), st.floats(0.001, 0.5))
def test_non_inferiority_is_a_one_sided_test(gap: float, error: float, margin: float) -> None:
    found = power.non_inferior(gap, error, margin)
    assert found.p_value == pytest.approx(stats.norm.sf((gap + margin) / error), abs=NEAR)
    assert found.bound == pytest.approx(gap - stats.norm.ppf(0.95) * error, abs=NEAR)


def test_no_significant_loss_is_not_retention() -> None:
    """One point lost of twenty problems is anything but significant, and shows nothing."""
    assert not power.non_inferior(-0.05, 0.06, margin=0.02).holds


def test_a_small_certain_loss_is_retention() -> None:
    assert power.non_inferior(-0.01, 0.002, margin=0.02).holds


def test_equal_arms_have_no_p_value_below_one() -> None:
    assert power.two_sided(0.0, 0.0) == 1.0
