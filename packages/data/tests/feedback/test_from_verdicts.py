"""`oilstone-data from-verdicts`: a model's own best answers become rows, and nothing else."""

import shutil

import pytest

from oilstone_data import lineage
from oilstone_data.from_verdicts import Places, from_verdicts, score
from oilstone_schemas import artifact, jsonl

GOOD = (
    "/// The answer.\nfn answer() -> Option<i64> {{\n    Some({})\n}}\n\nfn main() {{ answer(); }}"
)


def _code(number):
    return GOOD.format(number)


def _one(made, tmp_path, code=None, split=None, **more):
    """A report about a single sample."""
    judged = [(made.sample("a", code or _code(1)), made.verdict("a", **more))]
    return made.report(tmp_path, [made.problem("a")], judged, split)


@pytest.fixture
def harvest(tmp_path):
    """Make a dataset; return the rows kept and the reasons of the others, books checked."""

    def call(report, *overrides, evaluation=()):
        out = tmp_path / "out"
        from_verdicts([report], Places(evaluation=evaluation), None, out, overrides)
        rows = [row for part in ("train", "eval") for row in _read(out, part, "row.v1")]
        refused = list(_read(out, "refused", "refused.v1"))
        counts = artifact.load(out, "dataset").counts
        assert counts["read"] == len(rows) + len(refused), "the books do not close"
        assert artifact.verify(out, deep=True) == []
        return rows, [row["reason"] for row in refused]

    return call


def _read(out, part, schema):
    return jsonl.read(out / f"{part}.jsonl", schema)


def test_a_sample_that_passed_becomes_a_row(harvest, tmp_path, made):
    rows, reasons = harvest(_one(made, tmp_path))
    (row,) = rows
    assert reasons == [] and row["completion"] == _code(1) and row["synthetic"] is True
    assert (row["prompt"], row["derived_from"], row["licence"]) == ("Print what a is.", "a", "MIT")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"status": "failed", "reason": "wrong_output"}, "not_passed"),
        ({"status": "unscored", "reason": "tool_missing"}, "unscored"),
        ({"clippy_warnings": 3}, "check_clippy_warnings_high"),
        ({"clippy_warnings": None}, "check_clippy_warnings_missing"),
        ({"idiomatic": 0.69}, "check_idiomatic_low"),
        ({"documented": False}, "check_documented_low"),
        ({"documented": 0.4}, "check_documented_low"),
        ({"compiles": False}, "check_compiles_low"),
    ],
)
def test_a_sample_below_the_bar_is_refused(harvest, tmp_path, more, reason, made):
    assert harvest(_one(made, tmp_path, **more)) == ([], [reason])


@pytest.mark.parametrize("more", [{"clippy_warnings": 2}, {"idiomatic": 0.7}, {"documented": 0.5}])
def test_a_sample_on_the_bar_is_kept(harvest, tmp_path, more, made):
    assert len(harvest(_one(made, tmp_path, **more))[0]) == 1


def test_one_threshold_changed_leaves_the_others(harvest, tmp_path, made):
    words = _one(made, tmp_path, clippy_warnings=3, idiomatic=0.1), "rust.clippy_max=3"
    assert harvest(*words) == ([], ["check_idiomatic_low"])


def test_a_bound_on_any_check_can_be_asked(harvest, tmp_path, made):
    words = _one(made, tmp_path, lines=80), "checks={lines: {max: 79}}"
    assert harvest(*words) == ([], ["check_lines_high"])


def test_without_tests_compiling_is_enough(harvest, tmp_path, made):
    found = _one(made, tmp_path, status="failed", reason="wrong_output")
    assert len(harvest(found, "must_pass=false")[0]) == 1


def test_rust_thresholds_are_not_asked_of_python(harvest, tmp_path, made):
    checks = {"idiomatic": None, "documented": None, "clippy_warnings": None, "compiles": None}
    judged = [(made.sample("p", "print(1)"), made.verdict("p", **checks))]
    found = made.report(tmp_path, [made.problem("p", language="python")], judged)
    assert [row["language"] for row in harvest(found)[0]] == ["python"]


def _three(made, tmp_path):
    long = _code(2) + "\n\nfn unused_one() {}\n\nfn unused_two() {}\n\nfn unused_three() {}"
    other = "/// One.\nfn one() -> Option<u8> { None }\nfn main() { let _ = one(); }"
    judged = [
        (made.sample("a", long, 0), made.verdict("a", 0)),
        (made.sample("a", _code(1), 1), made.verdict("a", 1, clippy_warnings=1)),
        (made.sample("a", other, 2), made.verdict("a", 2)),
    ]
    return made.report(tmp_path, [made.problem("a")], judged), long, other


def test_the_cleanest_and_then_the_shortest_wins(harvest, tmp_path, made):
    found, _, other = _three(made, tmp_path)
    rows, reasons = harvest(found)
    assert [row["completion"] for row in rows] == [other]
    assert reasons == ["not_among_best"] * 2


def test_the_cap_per_problem_can_be_raised(harvest, tmp_path, made):
    found, long, other = _three(made, tmp_path)
    rows, _ = harvest(found, "per_problem=2")
    assert {row["completion"] for row in rows} == {long, other}


def test_all_problems_together_are_capped(harvest, tmp_path, made):
    names = "abc"
    judged = [(made.sample(n, _code(i)), made.verdict(n)) for i, n in enumerate(names)]
    found = made.report(tmp_path, [made.problem(n) for n in names], judged)
    rows, reasons = harvest(found, "most=2", "near=null")
    assert len(rows) == 2 and reasons == ["over_most"]


def test_near_duplicates_go_even_where_there_is_room(harvest, tmp_path, made):
    judged = [
        (made.sample("a", _code(1), 0), made.verdict("a", 0)),
        (made.sample("a", _code(1) + "\n// the same", 1), made.verdict("a", 1)),
    ]
    rows, reasons = harvest(
        made.report(tmp_path, [made.problem("a")], judged),
        "per_problem=5",
        "near=0.7",
    )
    assert [row["completion"] for row in rows] == [_code(1)] and reasons == ["near_duplicate"]


@pytest.mark.parametrize(
    "held",
    [
        {"name": "a", "prompt": "Something else."},
        {"name": "z", "prompt": "print   what A is"},
        {"name": "z", "prompt": "Another one.", "reference": _code(9).replace("answer", "other")},
    ],
    ids=["same id", "same prompt", "same program but for names and constants"],
)
def test_an_evaluation_problem_is_refused(harvest, tmp_path, held, made):
    made.publish(tmp_path / "eval", "problems", [made.problem(**held)])
    found = harvest(_one(made, tmp_path), evaluation=[tmp_path / "eval"])
    assert found == ([], ["evaluation_problem"])


def test_another_problem_is_not_taken_for_an_evaluation_problem(harvest, tmp_path, made):
    other = made.problem("z", prompt="Print what z is.", reference="fn main() {}")
    made.publish(tmp_path / "eval", "problems", [other])
    assert len(harvest(_one(made, tmp_path), evaluation=[tmp_path / "eval"])[0]) == 1


def test_problems_of_a_test_split_are_refused_unasked(harvest, tmp_path, made):
    assert harvest(_one(made, tmp_path, split="test")) == ([], ["evaluation_problem"])


def test_problems_of_a_train_split_are_not(harvest, tmp_path, made):
    assert len(harvest(_one(made, tmp_path, split="train"))[0]) == 1


def test_samples_that_moved_are_found_by_option(run, tmp_path, made):
    found = _one(made, tmp_path)
    shutil.move(tmp_path / "samples", tmp_path / "elsewhere")
    lost = run("from-verdicts", found, "--out", tmp_path / "out")
    assert lost.returncode == 2 and "--samples" in lost.stderr
    words = "--samples", tmp_path / "elsewhere", "--out", tmp_path / "out"
    assert run("from-verdicts", found, *words).returncode == 0


def test_other_samples_are_not_taken_for_the_judged_ones(run, tmp_path, made):
    found = _one(made, tmp_path / "one")
    other = _one(made, tmp_path / "two", code="fn main() {}")
    shutil.rmtree(tmp_path / "one" / "samples")
    words = "--samples", other.parent / "samples", "--out", tmp_path / "out"
    assert run("from-verdicts", found, *words).returncode == 2


def test_a_changed_verdict_is_noticed(run, tmp_path, made):
    found = _one(made, tmp_path, status="failed", reason="wrong_output")
    path = found / "verdicts.jsonl"
    path.write_text(path.read_text().replace('"failed"', '"passed"'))
    done = run("from-verdicts", found, "--out", tmp_path / "out")
    assert done.returncode == 2 and "not what it was" in done.stderr


def test_the_same_reports_twice_give_the_same_bytes(run, tmp_path, made):
    found, *_ = _three(made, tmp_path)
    for name in ("x", "y"):
        run("from-verdicts", found, "--out", tmp_path / name)
    assert artifact.load(tmp_path / "x").digest == artifact.load(tmp_path / "y").digest
    assert "up to date" in run("from-verdicts", found, "--out", tmp_path / "x").stderr


def test_evaluation_loss_gets_problems_of_its_own(harvest, tmp_path, made):
    names = "abcd"
    judged = [(made.sample(n, _code(i)), made.verdict(n)) for i, n in enumerate(names)]
    harvest(made.report(tmp_path, [made.problem(n) for n in names], judged), "near=null")
    groups = [{row["group"] for row in _read(tmp_path / "out", p, None)} for p in ("train", "eval")]
    assert len(groups[1]) == 1 and not groups[0] & groups[1]


def test_the_score_is_the_seeds_formula():
    checks = {"clippy_warnings": 1, "idiomatic": 0.5, "documented": True}
    assert score(checks, 1) == pytest.approx(0.4 * 0.5 + 0.4 * 0.5 + 0.2)
    assert score({}, 2) == 0


def test_samples_and_problems_may_be_plain_files(tmp_path, made):
    for name, rows in (("s", [made.sample("a", _code(1))]), ("p", [made.problem("a")])):
        jsonl.write(tmp_path / f"{name}.jsonl", rows)
    kinds = (("s", "samples"), ("p", "problems"))
    inputs = [lineage.find(tmp_path / f"{name}.jsonl", kind) for name, kind in kinds]
    verdicts = [made.verdict("a")]
    made.publish(tmp_path / "report", "report", verdicts, inputs, file="verdicts.jsonl")
    from_verdicts([tmp_path / "report"], Places(), None, tmp_path / "out", [])
    assert artifact.load(tmp_path / "out").counts["train"] == 1
