"""What people look at: the report's page, comparisons, histories, and sheets to mark."""

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from oilstone_eval import history, worst
from oilstone_eval.cli import main
from oilstone_eval.compare import paired
from oilstone_eval.scores import PASSED, Declared
from oilstone_eval.statistics import kappa
from oilstone_schemas import jsonl

Run = Callable[..., Any]
COUNT = 40
VERDICT = {"status": "passed", "reason": None, "checks": {}}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two reports on answers to sums: one with a fifth, one with half of them wrong."""
    folder = tmp_path_factory.mktemp("made")
    jsonl.write(folder / "p.jsonl", [problem(n) for n in range(COUNT)])
    for name, wrong in (("checkpoint-9", 2), ("checkpoint-10", 5)):
        texts = [f"<b>It is {n + (n % wrong == 0)}.</b>" for n in range(COUNT)]
        jsonl.write(folder / f"{name}.jsonl", [sample(n, text) for n, text in enumerate(texts)])
        words = ["judge", str(folder / f"{name}.jsonl"), "--problems", str(folder / "p.jsonl")]
        assert main([*words, "--out", str(folder / "all" / name)]) == 0
    return folder


def problem(number: int) -> dict[str, Any]:
    return {
        "id": f"p{number}", "language": "math", "prompt": "How many?", "tests": [],
        "reference": None, "domain": "odd" if number % 2 else "even", "difficulty": None,
        "licence": "MIT", "source": "test", "slice": "all", "checker": "final_answer",
        "answer": str(number),
    }  # fmt: skip


def sample(number: int, text: str) -> dict[str, Any]:
    return {
        "problem_id": f"p{number}", "sample_index": 0, "completion": text, "code": text,
        "finish_reason": "stop", "prompt_tokens": 1, "completion_tokens": 1, "seconds": 0.5,
    }  # fmt: skip


@pytest.fixture
def reports(made: Path, tmp_path: Path) -> Path:
    """A copy of them to work on, in the folder where commands run."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "all"


def page_of(reports: Path) -> str:
    return (reports / "checkpoint-9" / "report.html").read_text()


def test_the_page_shows_the_worst_domain_first(reports: Path) -> None:
    domains = page_of(reports).split("Domains, the worst first")[1]
    assert domains.index("even") < domains.index("odd")


def test_nothing_of_an_answer_becomes_markup(reports: Path) -> None:
    assert "<b>It is" not in page_of(reports) and "&lt;b&gt;It is" in page_of(reports)


def test_a_failed_answers_verdict_is_explained(reports: Path) -> None:
    assert "&#x27;1&#x27;, not &#x27;0&#x27;" in page_of(reports)


def test_latencies_are_no_part_of_the_identity(run: Run, reports: Path, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint-9.jsonl"
    path.write_text(path.read_text().replace('"seconds":0.5', '"seconds":0.75'))
    done = run("judge", "checkpoint-9.jsonl", "--problems", "p.jsonl", "--out", "slower", "--json")
    first, second = (
        json.loads((folder / "manifest.json").read_text())
        for folder in (reports / "checkpoint-9", tmp_path / "slower")
    )
    stable = [
        {each["path"]: each.get("stable_sha256") for each in found["files"]}
        for found in (first, second)
    ]
    assert stable[0] == stable[1] and done.returncode == 0
    found = json.loads((tmp_path / "slower/metrics.json").read_text())["timings"]
    assert found["latency_p95"]["value"] == 0.75


def compare(run: Run, *words: str) -> Any:
    return run("compare", "all/checkpoint-10", "all/checkpoint-9", *words)


def test_a_comparison_tells_flips_and_tests(run: Run, reports: Path) -> None:
    found = json.loads(compare(run, "--json").stdout)["baselines"]["1. checkpoint-9"]["pass@1"]
    assert (found["gained"], found["lost"], found["n"]) == (16, 4, COUNT)
    assert found["mcnemar_exact"] == pytest.approx(0.0118179, abs=1e-6)
    assert found["p_holm"] >= found["p_value"] == found["mcnemar_mid_p"]


def test_a_margin_is_tested(run: Run, reports: Path) -> None:
    done = compare(run, "--margin", "accuracy=0.05", "--json")
    found = json.loads(done.stdout)["baselines"]["1. checkpoint-9"]["accuracy"]["non_inferior"]
    assert found["holds"] and found["bound"] > 0


def test_few_pairs_that_are_alike_show_nothing() -> None:
    one = {(f"p{n}", 0): VERDICT for n in range(4)}
    found = paired(Declared(PASSED), one, one, seed=0, margin=0.05)
    assert (found["difference"], found["non_inferior"]["holds"]) == (0.0, False)


@pytest.mark.parametrize("margin", ["accuracy", "accuracy=-1", "accuracy=x", "unknown=0.1"])
def test_a_margin_that_is_none_is_wrong_use(run: Run, reports: Path, margin: str) -> None:
    assert compare(run, "--margin", margin).returncode == 2


def test_latencies_are_compared(run: Run, reports: Path) -> None:
    found = json.loads(compare(run, "--json").stdout)["baselines"]["1. checkpoint-9"]["latency_p95"]
    assert (found["value"], found["relative"], found["unit"]) == (0.5, 0.0, "seconds")


def test_the_comparisons_page_shows_what_changed(run: Run, reports: Path, tmp_path: Path) -> None:
    compare(run, "--page", "page.html")
    page = (tmp_path / "page.html").read_text()
    assert "Lost: 4" in page and "Gained: 16" in page and "http" not in page


def test_other_tools_do_not_compare(run: Run, reports: Path, tmp_path: Path) -> None:
    text = (
        "import sys; from pathlib import Path\n"
        "from oilstone_schemas import artifact; from oilstone_schemas.artifact import Manifest\n"
        "from oilstone_eval.reports import Report, comparable\n"
        "first, second = (artifact.load(Path(each)) for each in sys.argv[1:])\n"
        "second.data['details']['tools']['math-verify'] = '0.1'\n"
        "comparable([Report('a', first), Report('b', second)])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", text, "all/checkpoint-9", "all/checkpoint-10"], cwd=tmp_path,
        capture_output=True, text=True,
    )  # fmt: skip
    assert "judged with other tools" in done.stderr and "math-verify: 0.1" in done.stderr


def test_a_history_is_in_the_order_of_steps(run: Run, reports: Path) -> None:
    found = json.loads(run("metrics", "all", "--json").stdout)["reports"]
    assert [(row["step"], row["reasons"]) for row in found] == [
        (9, {"passed": 20, "wrong_output": 20}), (10, {"passed": 32, "wrong_output": 8}),
    ]  # fmt: skip


def test_a_history_is_a_table_and_a_plot(run: Run, reports: Path) -> None:
    text = run("metrics", "all").stdout
    assert re.search(r"checkpoint-10 +0\.800", text) and "wrong_output" in text
    tree = ElementTree.parse(reports / "metrics.svg")
    lines = tree.findall(".//{http://www.w3.org/2000/svg}polyline")
    assert len(lines) >= 3


def test_no_reports_are_bad_input(run: Run, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    assert run("metrics", "none").returncode == 2


def test_a_step_is_the_last_number_of_a_name() -> None:
    assert [history.step(name) for name in ("phase2/checkpoint-100", "final")] == [100, None]


def test_few_samples_of_a_domain_say_little() -> None:
    rows = [{"problem_id": "a", "status": "failed", "reason": "timeout"}]
    rows += [{"problem_id": "b", "status": "failed", "reason": "timeout"}] * 20
    problems = {"a": {"domain": "rare"}, "b": {"domain": "frequent"}}
    assert [group.name for group in worst.domains(rows, problems)] == ["frequent", "rare"]


def sheet(run: Run, tmp_path: Path, *words: str) -> list[dict[str, str]]:
    run("review", "export", "all/checkpoint-9", "--out", "sheet.csv", *words)
    with (tmp_path / "sheet.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_sheet_holds_random_samples_and_no_verdicts(
    run: Run, reports: Path, tmp_path: Path
) -> None:
    rows = sheet(run, tmp_path, "-n", "15")
    assert len({row["problem_id"] for row in rows}) == 15
    assert not any("passed" in value for row in rows for value in row.values())


def test_the_same_seed_draws_the_same_samples(run: Run, reports: Path, tmp_path: Path) -> None:
    first, second, other = (
        sheet(run, tmp_path, "-n", "15", "--seed", seed) for seed in ("1", "1", "2")
    )
    assert first == second != other


def test_a_sheet_may_be_a_page(run: Run, reports: Path, tmp_path: Path) -> None:
    run("review", "export", "all/checkpoint-9", "--out", "sheet.html")
    page = (tmp_path / "sheet.html").read_text()
    assert page.count("value=right") == COUNT and "src=" not in page and "http" not in page


def marked(run: Run, tmp_path: Path, right: Callable[[int], bool]) -> Any:
    rows = sheet(run, tmp_path)
    for row in rows:
        row["mark"] = "right" if right(int(row["problem_id"][1:])) else "wrong"
    with (tmp_path / "marks.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return run("review", "import", "all/checkpoint-9", "marks.csv", "--reviewer", "ann",
               "--out", "ann.marks.jsonl")  # fmt: skip


def test_a_reviewer_who_agrees_has_kappa_one(run: Run, reports: Path, tmp_path: Path) -> None:
    assert marked(run, tmp_path, lambda n: n % 2 != 0).returncode == 0
    done = run("review", "agreement", "all/checkpoint-9", "ann.marks.jsonl", "--json")
    pair = json.loads(done.stdout)["pairs"]["judge / ann"]
    assert (pair["n"], pair["agreement"], pair["kappa"]) == (COUNT, 1.0, 1.0)


def test_disagreements_are_named(run: Run, reports: Path, tmp_path: Path) -> None:
    marked(run, tmp_path, lambda n: n % 2 != 0 or n == 6)
    done = run("review", "agreement", "all/checkpoint-9", "ann.marks.jsonl")
    assert "p6, sample 0: wrong / right" in done.stdout


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("p1,0,fine", ":2: 'fine' is no mark"), ("p99,0,right", ":2: sample 0 of 'p99'"),
        ("p1,0,right\np1,0,wrong", "marked twice"), ("p1,0,", "no marks in it"),
    ],
)  # fmt: skip
def test_a_bad_sheet_is_refused(
    run: Run, reports: Path, tmp_path: Path, line: str, message: str
) -> None:
    (tmp_path / "bad.csv").write_text(f"problem_id,sample_index,mark\n{line}\n")
    done = run(
        "review", "import", "all/checkpoint-9", "bad.csv", "--reviewer", "x", "--out", "m.jsonl"
    )
    assert (done.returncode, message in done.stderr) == (2, True)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=80))
def test_kappa_is_statsmodels(pairs: list[tuple[bool, bool]]) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    table = [[pairs.count((a, b)) for b in (False, True)] for a in (False, True)]
    found = kappa.cohen(first, second)
    if found is None:
        assert len(set(first)) == len(set(second)) == 1
    else:
        expected = cohens_kappa(table, return_results=False)
        assert found == pytest.approx(expected, abs=1e-9)
