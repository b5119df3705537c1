"""metrics.json, compare and table, from verdicts made by hand."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from oilstone_eval import compare, metrics, reports, table
from oilstone_eval.scores import declared, of_record
from oilstone_schemas import artifact, intervals, jsonl
from oilstone_schemas.command import OilstoneError

METRICS = declared(["rust"])
CHECKS = {
    "passed": {"compiles": True, "idiomatic": 0.8, "documented": True, "clippy_warnings": 1},
    "failed": {"compiles": True, "idiomatic": 0.4, "documented": False, "clippy_warnings": 3},
    "compile_error": {
        "compiles": False, "idiomatic": 0.0, "documented": False, "clippy_warnings": None,
    },
    "unscored": {
        "compiles": None, "idiomatic": None, "documented": None, "clippy_warnings": None,
    },
}  # fmt: skip
REASONS = {"passed": None, "failed": "wrong_output", "compile_error": "compile_error",
           "unscored": "evaluator_fault"}  # fmt: skip


def verdict(name: str, how: str, index: int = 0, slice: str = "combination") -> dict[str, Any]:
    return {
        "problem_id": name, "sample_index": index, "slice": slice,
        "status": "failed" if how == "compile_error" else how, "reason": REASONS[how],
        "checks": CHECKS[how], "tier": "bwrap", "seconds": 0.1, "explanation": None,
    }  # fmt: skip


def verdicts(*how: str) -> list[dict[str, Any]]:
    return [verdict(f"p{number}", each) for number, each in enumerate(how)]


MIXED = verdicts("passed", "passed", "failed", "compile_error", "unscored")


def record(name: str) -> dict[str, Any]:
    found: dict[str, Any] = metrics.record(METRICS[name], MIXED, 0)
    return found


@pytest.mark.parametrize(
    ("name", "value", "n", "unscored"),
    [
        ("pass@1", 0.5, 4, 1),
        ("compile_rate", 0.75, 4, 1),
        ("doc_comment_rate", 0.5, 4, 1),
        ("avg_idiomatic_score", 0.5, 4, 1),
        ("avg_clippy_warnings", 5 / 3, 3, 1),
    ],
)
def test_values_and_denominators(name: str, value: float, n: int, unscored: int) -> None:
    found = record(name)
    assert (found["value"], found["n"], found["unscored"]) == (pytest.approx(value), n, unscored)


def test_judges_share_a_metric_that_they_declare_alike() -> None:
    found = declared(["python", "rust"])["compile_rate"]
    assert found.languages == ("python", "rust")


def test_a_metric_is_over_the_languages_of_its_judge() -> None:
    rows = [
        {**row, "language": name}
        for row, name in zip(MIXED, ["rust"] * 2 + ["math"] * 3, strict=True)
    ]
    found = metrics.record(declared(["rust", "math"])["avg_idiomatic_score"], rows, 0)
    assert (found["n"], found["languages"]) == (2, ["rust"])


def test_a_record_defines_its_metric_again() -> None:
    for definition in declared(["rust", "shell", "math"]).values():
        record = {"unit": definition.metric.unit, **definition.as_json()}
        again = of_record(record)
        assert again.languages == definition.languages
        assert [again.takes(row) for row in MIXED] == [definition.takes(row) for row in MIXED]


def test_shares_have_wilson_intervals() -> None:
    found = record("pass@1")
    assert (found["low"], found["high"]) == intervals.wilson(2, 4)


def test_means_have_bootstrap_intervals() -> None:
    found = record("avg_idiomatic_score")
    expected = intervals.bootstrap_mean([0.8, 0.8, 0.4, 0.0], 0.95, 0)
    assert (found["method"], (found["low"], found["high"])) == ("bootstrap", expected)


def test_several_samples_of_a_problem_are_one_observation() -> None:
    rows = [verdict("a", "passed", 0), verdict("a", "failed", 1), verdict("b", "passed")]
    found = metrics.record(METRICS["pass@1"], rows, 0)
    assert (found["value"], found["n"], found["method"]) == (0.75, 3, "bootstrap")


def test_nothing_scored_is_no_value() -> None:
    found = metrics.record(METRICS["pass@1"], verdicts("unscored"), 0)
    assert (found["value"], found["low"], found["n"], found["unscored"]) == (None, None, 0, 1)


def test_the_summary_keeps_slices_apart() -> None:
    rows = [verdict("a", "passed"), verdict("b", "failed", slice="family")]
    found = metrics.summarise(rows, ["rust"], "combination", 0)
    assert found["metrics"]["pass@1"]["value"] == 1.0
    assert found["slices"]["family"]["pass@1"]["value"] == 0.0


Publish = Callable[..., Path]


@pytest.fixture
def publish(tmp_path: Path, craft: SimpleNamespace) -> Publish:
    """Publish a report of these verdicts about some problems."""

    def make(name: str, rows: list[dict[str, Any]], about: str = "problems") -> Path:
        def fill(stage: Path) -> None:
            jsonl.write(stage / "verdicts.jsonl", rows, "verdict.v1")
            summary = metrics.summarise(rows, ["rust"], "combination", 0)
            (stage / "metrics.json").write_text(json.dumps(summary))

        def empty(stage: Path) -> None:
            (stage / "problems.jsonl").write_text("")

        if not (tmp_path / about).exists():
            craft.make(tmp_path / about, "problems", empty)
        problems = artifact.load(tmp_path / about)
        craft.make(tmp_path / name, "report", fill, [problems])
        return tmp_path / name

    return make


def compared(ours: Path, *theirs: Path) -> dict[str, Any]:
    report, *baselines = [reports.read(str(each)) for each in (ours, *theirs)]
    return compare.compare(report, baselines)


BETTER = verdicts("passed", "passed", "passed", "failed", "compile_error", "unscored")
WORSE = verdicts("passed", "failed", "compile_error", "passed", "compile_error", "passed")


def test_a_difference_is_over_the_pairs(publish: Publish) -> None:
    found = compared(publish("better", BETTER), publish("worse", WORSE))
    row = found["baselines"]["1. worse"]["pass@1"]
    assert (row["n"], row["difference"], row["gained"], row["lost"]) == (
        5,
        pytest.approx(0.2),
        2,
        1,
    )


def test_a_pair_without_a_score_is_unscored(publish: Publish) -> None:
    found = compared(publish("better", BETTER), publish("worse", WORSE))
    assert found["baselines"]["1. worse"]["pass@1"]["unscored"] == 1


def test_warnings_compare_where_both_compile(publish: Publish) -> None:
    found = compared(publish("better", BETTER), publish("worse", WORSE))
    row = found["baselines"]["1. worse"]["avg_clippy_warnings"]
    assert (row["n"], row["difference"]) == (3, 0.0)


def test_the_interval_is_the_paired_one(publish: Publish) -> None:
    found = compared(publish("better", BETTER), publish("worse", WORSE))
    row = found["baselines"]["1. worse"]["pass@1"]
    expected = intervals.paired_difference([1, 1, 1, 0, 0], [1, 0, 0, 1, 0], 0.95, 1)
    assert (row["difference"], row["low"], row["high"]) == expected


def test_only_the_primary_slice_compares(publish: Publish) -> None:
    more = [verdict("x", "failed", slice="family")]
    found = compared(publish("better", BETTER + more), publish("worse", WORSE + more))
    assert found["baselines"]["1. worse"]["pass@1"]["n"] == 5


def test_other_problems_do_not_compare(publish: Publish) -> None:
    with pytest.raises(OilstoneError, match="judged on other problems"):
        compared(publish("better", BETTER), publish("worse", WORSE, about="others"))


def test_the_command_refuses_other_problems_with_exit_2(
    publish: Publish, run: Callable[..., Any]
) -> None:
    publish("better", BETTER)
    publish("worse", WORSE, about="others")
    assert run("compare", "better", "worse").returncode == 2


def test_the_comparison_reads_well(publish: Publish, run: Callable[..., Any]) -> None:
    publish("better", BETTER)
    publish("worse", WORSE)
    text = run("compare", "better", "worse").stdout
    assert "pass@1" in text and "+0.200" in text
    assert max(map(len, text.splitlines())) <= 120


def test_the_table_has_a_row_per_report_and_slice(publish: Publish) -> None:
    more = [verdict("x", "failed", slice="family")]
    found = table.table(
        [reports.read(f"{name}={publish(name, BETTER + more)}") for name in ("one", "two")]
    )
    assert {name: list(rows) for name, rows in found["slices"].items()} == {
        "combination": ["one", "two"], "family": ["one", "two"],
    }  # fmt: skip


def test_the_table_fits(publish: Publish, run: Callable[..., Any]) -> None:
    publish("better", BETTER * 1)
    publish("worse", WORSE)
    text = run("table", "a-rather-long-name=better", "worse=worse").stdout
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize(
    ("metric", "column"),
    [
        ("avg_idiomatic_score", "idiomatic"),
        ("compile_rate", "compile_rate"),
        ("shellcheck_clean_rate", "shellcheck_clean"),
        ("a_metric_with_a_very_long_name", "a_metric_with_a_v"),
    ],
)
def test_a_column_is_named_within_its_width(metric: str, column: str) -> None:
    found = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 9, "unscored": 0}
    rows = {"phase2": {"pass@1": found, metric: found}}
    head = table.text({"primary_slice": "x", "slices": {"x": rows}}).splitlines()[1]
    assert head.split() == ["n", "pass@1", column, "unscored"]


def test_the_table_is_json_too(publish: Publish, run: Callable[..., Any]) -> None:
    publish("better", BETTER)
    found = json.loads(run("table", "b=better", "--json").stdout)
    assert found["slices"]["combination"]["b"]["pass@1"]["n"] == 5


def test_pairs_that_are_all_alike_do_not_say_what_would_have_been_seen(publish: Publish) -> None:
    same = verdicts(*["passed"] * 6)
    found = compared(publish("one", same), publish("other", same))
    assert "detectable" not in found["baselines"]["1. other"]["pass@1"]
    assert " 0.000     6" not in compare.text(found)
