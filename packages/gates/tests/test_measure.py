"""What gates see in reports in memory."""

from pathlib import Path

import pytest

from oilstone_gates.check import decide
from oilstone_gates.measure import Evidence
from oilstone_gates.report import Report
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError


@pytest.fixture
def seen(record):
    """Evidence of reports that are given as lists of verdicts, in the slice main."""

    def make(*sides, metrics=None, slices=None):
        given = metrics if metrics is not None else {"compile_rate": record()}
        numbers = {"metrics": given, "slices": slices or {}, "primary_slice": None}
        reports = []
        for side in sides or ([],):
            named = [
                {"problem_id": f"p{n}", "sample_index": 0, "slice": "main"} | v
                for n, v in enumerate(side)
            ]
            reports.append(
                Report(Manifest(Path(), {"digest": "0" * 64, "seed": 0}), numbers, named)
            )
        return Evidence(reports[0], dict(zip(["base"], reports[1:], strict=False)), None)

    return make


def found(seen, *gates):
    complete = [{"max_unscored": 0, **gate} for gate in gates]
    return decide({"gates": complete}, seen)


def verdict_of(seen, gate):
    return found(seen, gate)["gates"][0]["verdict"]


@pytest.mark.parametrize("answer", ["fail", "inconclusive", "pass"])
@pytest.mark.parametrize(
    ("case", "change"),
    [
        ("on_missing", {"metric": "avg_joy"}),
        ("on_nan", {"basis": "lower"}),
        ("on_insufficient", {"min_n": 301}),
        ("on_insufficient", {"metric": "open"}),
    ],
)
def test_a_gate_says_what_the_doubtful_cases_mean(seen, gate, record, answer, case, change):
    records = {"compile_rate": record(low=None), "open": record(unscored=1)}
    asked = gate(**{case: answer, **change})
    said = {"fail": "failed", "inconclusive": "inconclusive", "pass": "passed"}[answer]
    assert verdict_of(seen(metrics=records), asked) == said


def test_a_unit_that_is_not_the_metrics_is_refused(seen, gate):
    with pytest.raises(OilstoneError, match="is in share, the gate asks in per cent"):
        found(seen(), gate(unit="per cent"))


def test_another_confidence_is_computed_from_the_verdicts(seen, gate, verdict):
    side = [verdict(compiles=n < 90) for n in range(100)]
    wide, narrow = (
        found(seen(side), gate(confidence=level, min_n=1))["gates"][0] for level in (0.99, 0.8)
    )
    assert wide["low"] < narrow["low"] and (wide["level"], wide["method"]) == (0.99, "wilson")


def test_latency_is_compared_as_a_ratio(seen, gate, verdict):
    ours, theirs = ([verdict() | {"latency": s} for _ in range(40)] for s in (1.05, 1.0))
    asked = gate(
        metric="latency_p95", baseline="base", delta="relative", op="<", value=0.1, basis="upper",
        min_n=1,
    )  # fmt: skip
    verdicts = [verdict_of(seen(ours, theirs), asked | {"value": value}) for value in (0.1, 0.04)]
    assert verdicts == ["passed", "failed"]


def test_a_sample_without_latency_is_unscored(seen, gate, verdict):
    timed = [verdict() | {"latency": 1.0} for _ in range(9)]
    asked = gate(metric="latency_p95", baseline="base", op="<", value=1, min_n=1)
    assert verdict_of(seen([*timed, verdict()], [*timed, verdict()]), asked) == "inconclusive"


def test_the_worst_slice_decides(seen, gate, record):
    slices = {"a": {"compile_rate": record(0.99)}, "b": {"compile_rate": record(0.5)}}
    one = found(seen(slices=slices), gate(worst_slice=True))["gates"][0]
    assert (one["slice"], one["verdict"]) == ("b", "failed")


def test_a_slice_with_too_little_is_worse_than_one_that_passes(seen, gate, record):
    slices = {"a": {"compile_rate": record(0.99, n=3)}, "b": {"compile_rate": record(0.9)}}
    one = found(seen(slices=slices), gate(worst_slice=True))["gates"][0]
    assert (one["slice"], one["verdict"]) == ("a", "inconclusive")


@pytest.mark.parametrize("severity", ["warn", "info"])
def test_a_gate_that_only_warns_does_not_decide(seen, gate, severity):
    decision = found(seen(), gate(), gate(name="other", value=0.99, severity=severity))
    assert (decision["gates"][1]["verdict"], decision["verdict"]) == ("failed", "passed")


def test_a_file_of_warnings_alone_decides_nothing(seen, gate):
    assert found(seen(), gate(severity="warn"))["verdict"] == "inconclusive"


def test_a_family_must_be_surer_than_its_gates_alone(seen, gate, verdict):
    side = [verdict(compiles=n < 96, documented=n < 50) for n in range(100)]
    records = {"compile_rate": {}, "doc_comment_rate": {}}
    records = {name: {"value": 1, "unit": "share", "unscored": 0} for name in records}
    sure = gate(basis="lower", value=0.89, min_n=1)
    unsure = gate(name="documented", metric="doc_comment_rate", basis="lower", value=0.9, min_n=1)
    alone = found(seen(side, metrics=records), sure | {"method": "wilson"})
    both = found(
        seen(side, metrics=records), *(each | {"family": "all"} for each in (sure, unsure))
    )
    levels = [alone["gates"][0]["level"], both["gates"][0]["level"]]
    verdicts = [alone["gates"][0]["verdict"], both["gates"][0]["verdict"]]
    assert (levels, verdicts) == ([0.95, 0.975], ["passed", "failed"])


def test_pairs_may_be_problems(seen, gate, verdict):
    ours = [verdict(), verdict("failed")]
    evidence = seen(ours, [verdict("failed")] * 2)
    for side in (evidence.report, evidence.baselines["base"]):
        for number, row in enumerate(side.rows):
            row |= {"problem_id": "p", "sample_index": number}
    asked = gate(metric="pass@1", baseline="base", pair_by="problem", min_n=1, value=0)
    one = found(evidence, asked)["gates"][0]
    assert (one["n"], one["observed"]) == (1, 0.5)
