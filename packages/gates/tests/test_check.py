"""oilstone-gates check, as installed: exit codes, decisions, refusals."""

import json
import shutil

import pytest

from oilstone_gates.decision import read
from oilstone_schemas import artifact
from oilstone_schemas.command import OilstoneError

PROBLEMS = ("combination-1", "combination-2", "combination-3", "family-1")


@pytest.fixture
def problems(workshop):
    return workshop.problems(PROBLEMS)


@pytest.fixture
def report(workshop, problems, verdict, record):
    """A report of an adapter: compile_rate 0.9 in the main metrics."""
    return workshop.report(
        "phase2",
        problems,
        {key: verdict() for key in PROBLEMS},
        adapter=workshop.adapter(),
        metrics={"compile_rate": record(0.9)},
        slices={"family": {"compile_rate": record(0.2, n=1)}},
    )


@pytest.fixture
def baseline(workshop, problems, verdict):
    """A report whose samples all failed."""
    verdicts = {key: verdict("failed") for key in PROBLEMS}
    adapter = workshop.adapter("phase1", "others")
    return workshop.report("phase1", problems, verdicts, adapter=adapter)


@pytest.fixture
def better(gate):
    """A gate that asks for a better pass@1 than the baseline has."""
    return gate(
        name="better", metric="pass@1", baseline="phase1", basis="point", op=">", value=0, min_n=1
    )


def test_a_report_that_meets_every_gate_passes(workshop, report, gate):
    assert workshop.check(workshop.gates(gate()), report)[0] == 0


def test_a_report_that_misses_a_gate_exits_1_and_the_decision_is_written(workshop, report, gate):
    code, _ = workshop.check(workshop.gates(gate(value=0.95)), report)
    assert (code, read(workshop.root / "decision").verdict) == (1, "failed")


def test_too_few_samples_exit_1_as_inconclusive(workshop, report, gate):
    code, result = workshop.check(workshop.gates(gate(min_n=301)), report)
    assert (code, result["decision"]["verdict"]) == (1, "inconclusive")


def test_a_missing_metric_fails(workshop, report, gate):
    code, result = workshop.check(workshop.gates(gate(metric="avg_joy")), report)
    assert (code, result["decision"]["gates"][0]["verdict"]) == (1, "failed")


def test_a_gate_on_a_slice_reads_that_slice(workshop, report, gate):
    _, result = workshop.check(workshop.gates(gate(slice="family", min_n=1)), report)
    assert result["decision"]["gates"][0]["observed"] == 0.2


def test_the_decision_names_adapter_and_report_by_digest(workshop, report, gate):
    _, result = workshop.check(workshop.gates(gate()), report)
    adapter = artifact.load(workshop.root / "phase2").digest
    named = (result["decision"]["adapter"]["digest"], result["decision"]["report"]["digest"])
    assert named == (adapter, report.digest)


def test_a_report_of_no_adapter_gives_a_decision_about_none(
    workshop, problems, gate, record, verdict
):
    metrics = {"compile_rate": record()}
    base = workshop.report("base", problems, {"family-1": verdict()}, metrics=metrics)
    assert workshop.check(workshop.gates(gate()), base)[1]["decision"]["adapter"] is None


def test_a_decision_made_before_is_up_to_date_and_keeps_its_exit_code(workshop, report, gate):
    gates = workshop.gates(gate(value=0.95))
    codes = [workshop.check(gates, report)[0] for _ in range(2)]
    assert (codes, workshop.check(gates, report)[1]["up_to_date"]) == ([1, 1], True)


def test_another_threshold_makes_another_decision(workshop, report, gate):
    workshop.check(workshop.gates(gate(value=0.95)), report)
    code, result = workshop.check(workshop.gates(gate()), report)
    assert (code, result["up_to_date"]) == (0, False)


@pytest.fixture
def tables(workshop, report, gate):
    """The lines printed by a check, and by the same one again, without the path at the end."""
    name = "a gate with a name that is much longer than it should ever have been " * 3
    gates = workshop.gates(gate(), gate(name=name, value=0.95))
    words = ("--report", report.folder, "--out", workshop.root / "d")
    return [workshop.run(gates, *words).stdout.splitlines()[:-1] for _ in range(2)]


def test_the_table_is_at_most_110_columns_wide(tables):
    assert max(map(len, tables[0])) <= 110


def test_the_table_ends_with_the_decision(tables):
    assert tables[0][-1].startswith("decision: failed (adapter ")


def test_an_up_to_date_check_prints_the_same_table(tables):
    assert tables[0] == tables[1]


def test_a_paired_gate_takes_the_difference_from_the_verdicts(workshop, report, baseline, better):
    words = ("--baseline", f"phase1={baseline.folder}")
    code, result = workshop.check(workshop.gates(better), report, *words)
    seen = result["decision"]["gates"][0]
    assert (code, seen["observed"], seen["n"]) == (0, 1.0, len(PROBLEMS))


def test_a_baseline_without_a_name_is_called_as_its_folder(workshop, report, baseline, better):
    assert workshop.check(workshop.gates(better), report, "--baseline", baseline.folder)[0] == 0


def test_a_paired_gate_looks_only_at_its_slice(workshop, report, baseline, better):
    gates = workshop.gates(better | {"slice": "family"})
    _, result = workshop.check(gates, report, "--baseline", f"phase1={baseline.folder}")
    assert result["decision"]["gates"][0]["n"] == 1


def test_a_paired_gate_without_a_slice_looks_at_the_primary_one(
    workshop, problems, baseline, better, verdict
):
    verdicts = {key: verdict() for key in PROBLEMS}
    report = workshop.report("primary", problems, verdicts, primary_slice="combination")
    words = ("--baseline", f"phase1={baseline.folder}")
    _, result = workshop.check(workshop.gates(better), report, *words)
    assert result["decision"]["gates"][0]["n"] == 3


def refused(workshop, gates, report, *words):
    """The message of a check that could not be made; nothing may have been written."""
    code, result = workshop.check(gates, report, *words)
    assert (code, result["error"]["code"]) == (2, 2)
    assert not (workshop.root / "decision").exists()
    return result["error"]["message"]


def test_a_baseline_that_is_not_given_is_asked_for(workshop, report, better):
    assert "add --baseline phase1=DIR" in refused(workshop, workshop.gates(better), report)


def test_a_paired_gate_on_a_metric_without_scores_is_refused(workshop, report, baseline, better):
    gates = workshop.gates(better | {"metric": "avg_joy"})
    words = ("--baseline", f"phase1={baseline.folder}")
    assert "'avg_joy' has no value per sample" in refused(workshop, gates, report, *words)


def test_verdicts_that_name_no_slice_cannot_be_read_by_slice(
    workshop, problems, baseline, better, verdict
):
    report = workshop.report("old", problems, {"-1": verdict()}, primary_slice="combination")
    words = ("--baseline", f"phase1={baseline.folder}")
    said = refused(workshop, workshop.gates(better), report, *words)
    assert f"{report.folder}/verdicts.jsonl:1: names no slice" in said


def test_a_baseline_on_other_problems_is_refused(workshop, report, better, verdict):
    others = workshop.report(
        "others", workshop.problems(["another-1"], "others"), {"family-1": verdict("failed")}
    )
    words = ("--baseline", f"phase1={others.folder}")
    assert "other problems" in refused(workshop, workshop.gates(better), report, *words)


def test_a_report_is_no_baseline_of_itself(workshop, report, better):
    words = ("--baseline", f"phase1={report.folder}")
    assert "is the report itself" in refused(workshop, workshop.gates(better), report, *words)


@pytest.mark.parametrize("file", ["metrics.json", "verdicts.jsonl", "manifest.json"])
def test_a_report_with_one_byte_changed_is_refused(workshop, report, gate, file):
    path = report.folder / file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert str(path) in refused(workshop, workshop.gates(gate()), report)


def test_a_baseline_with_one_byte_changed_is_refused(workshop, report, baseline, better):
    path = baseline.folder / "verdicts.jsonl"
    path.write_bytes(path.read_bytes().replace(b"failed", b"faiied", 1))
    words = ("--baseline", f"phase1={baseline.folder}")
    assert str(path) in refused(workshop, workshop.gates(better), report, *words)


def test_metrics_with_nan_become_no_report(workshop, problems, record, verdict):
    metrics = {"compile_rate": record(float("nan"))}
    with pytest.raises(OilstoneError, match=r"metrics\.json: not strict JSON: NaN"):
        workshop.report("nan", problems, {"family-1": verdict()}, metrics=metrics)


def test_a_report_about_another_adapter_than_the_one_given_is_refused(workshop, report, gate):
    other = workshop.adapter("other", "others")
    words = ("--adapter", other.folder)
    assert other.digest in refused(workshop, workshop.gates(gate()), report, *words)


def test_the_adapter_that_was_judged_is_accepted(workshop, report, gate):
    words = ("--adapter", workshop.root / "phase2")
    assert workshop.check(workshop.gates(gate()), report, *words)[0] == 0


def test_without_the_samples_nothing_says_which_adapter_it_was(workshop, report, gate):
    shutil.rmtree(workshop.root / "samples")
    assert "--search" in refused(workshop, workshop.gates(gate()), report)


def test_samples_that_were_moved_are_found_with_search(workshop, report, gate):
    (workshop.root / "samples").rename(workshop.root / "elsewhere")
    words = ("--search", workshop.root / "elsewhere")
    assert workshop.check(workshop.gates(gate()), report, *words)[0] == 0


def test_without_the_samples_the_reports_details_name_the_adapter(
    workshop, problems, gate, record, verdict
):
    metrics, said = {"compile_rate": record()}, {"adapter_digest": "a" * 64}
    report = workshop.report(
        "said", problems, {"family-1": verdict()}, metrics=metrics, details=said
    )
    shutil.rmtree(workshop.root / "samples")
    _, result = workshop.check(workshop.gates(gate()), report)
    assert result["decision"]["adapter"]["digest"] == "a" * 64


def test_details_that_contradict_the_chain_are_refused(workshop, problems, gate, verdict):
    said = {"adapter_digest": "a" * 64}
    report = workshop.report(
        "lie", problems, {"family-1": verdict()}, adapter=workshop.adapter(), details=said
    )
    assert "details.adapter_digest" in refused(workshop, workshop.gates(gate()), report)


@pytest.mark.parametrize("key", ["problems", "adapter"])
def test_a_report_about_something_else_than_the_gates_require_is_refused(
    workshop, report, gate, key
):
    path = workshop.gates(gate())
    path.write_text(path.read_text() + f"requires:\n  {key}: {'a' * 64}\n")
    assert f"these gates are for {key} aaaa" in refused(workshop, path, report)


@pytest.mark.parametrize(("day", "code"), [("today", 0), ("2999-01-01", 2)])
def test_a_report_that_is_too_old_is_refused(workshop, report, gate, day, code):
    path = workshop.gates(gate())
    path.write_text(path.read_text() + "requires:\n  max_age_days: 30\n")
    words = () if day == "today" else ("--as-of", day)
    assert workshop.check(path, report, *words)[0] == code


def test_a_gate_file_that_is_wrong_is_refused(workshop, report, gate):
    assert "unknown key 'minn'" in refused(workshop, workshop.gates(gate(minn=3)), report)


def test_a_folder_that_is_no_report_is_refused_with_the_command_that_makes_one(workshop, gate):
    done = workshop.run(workshop.gates(gate()), "--report", workshop.root, "--out", "x", "--json")
    assert "oilstone-eval judge" in json.loads(done.stdout)["error"]["message"]
