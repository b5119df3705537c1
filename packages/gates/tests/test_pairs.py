"""Scores by problem, of one report or of two, and what is computed from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_gates.estimate import estimate
from oilstone_gates.pairs import Table, tabulate
from oilstone_gates.scores import DEFINITIONS, Definition, definition


def keyed(*verdicts):
    return {(f"p{n}", 0): verdict for n, verdict in enumerate(verdicts)}


def pair(metric, ours, theirs):
    return tabulate(DEFINITIONS[metric], [ours, theirs])


NOT_COMPILED = {"compiles": False, "idiomatic": None, "clippy_warnings": None, "documented": False}


@pytest.mark.parametrize(
    ("metric", "score"),
    [
        ("pass@1", 0.0),
        ("error_rate", 0.0),
        ("compile_rate", 1.0),
        ("doc_comment_rate", 1.0),
        ("avg_idiomatic_score", 0.25),
        ("avg_clippy_warnings", 3.0),
    ],
)
def test_the_score_of_a_verdict(verdict, metric, score):
    failed = verdict("failed", idiomatic=0.25, clippy_warnings=3)
    assert DEFINITIONS[metric].score(failed) == score


def test_a_sample_that_does_not_compile_counts_zero_for_idiom(verdict):
    broken = verdict("failed", "compile_error", compiles=False, idiomatic=0.8)
    assert DEFINITIONS["avg_idiomatic_score"].score(broken) == 0.0


def test_a_run_that_did_not_come_to_its_end_is_an_error(verdict):
    assert DEFINITIONS["error_rate"].score(verdict("failed", "timeout")) == 1.0


def test_a_record_says_how_its_metric_is_made(verdict):
    record = {"check": "danger_level", "among": ["dangerous", "critical"], "unit": "share"}
    rate = definition("dangerous_rate", record)
    scores = [rate.score(verdict(danger_level=level)) for level in ("safe", "critical", None)]
    assert scores == [0.0, 1.0, None]


def test_a_metric_of_one_language_leaves_the_others_out(verdict):
    metric = Definition("compiles", languages=("rust",))
    spoken = [verdict() | {"language": language} for language in ("rust", "python")]
    assert tabulate(metric, [keyed(*spoken, verdict())]).n == 2


def test_clippy_is_compared_only_where_both_compile(verdict):
    broken = verdict("failed", "compile_error", **NOT_COMPILED)
    ours = keyed(verdict(clippy_warnings=1), verdict(clippy_warnings=2), broken)
    theirs = keyed(verdict(clippy_warnings=4), broken, verdict())
    assert pair("avg_clippy_warnings", ours, theirs) == Table([[(1.0, 4.0)]], 0)


def test_a_sample_unscored_on_either_side_is_counted_and_left_out(verdict):
    ours = keyed(verdict("unscored"), verdict(), verdict())
    theirs = keyed(verdict(), verdict("unscored"), verdict())
    assert pair("pass@1", ours, theirs) == Table([[(1.0, 1.0)]], 2)


def test_a_sample_that_one_side_lacks_is_counted_as_unscored(verdict):
    assert pair("pass@1", keyed(verdict(), verdict()), keyed(verdict())).unscored == 1


def test_a_check_that_a_verdict_lacks_is_unscored_not_zero(verdict):
    pairs = pair("doc_comment_rate", keyed(verdict(documented=None)), keyed(verdict()))
    assert pairs == Table([], 1)


def test_no_pairs_give_no_difference():
    assert estimate(Table([], 3), seed=0).value is None


scores = st.lists(st.tuples(*[st.sampled_from([0.0, 0.5, 1.0])] * 2), min_size=1, max_size=20)


@given(scores)
def test_the_difference_is_that_of_the_means_whatever_the_order(rows):
    ours, theirs = [a for a, _ in rows], [b for _, b in rows]
    found = estimate(Table([[row] for row in rows]), seed=0)
    assert found.value == pytest.approx(sum(ours) / len(rows) - sum(theirs) / len(rows))
