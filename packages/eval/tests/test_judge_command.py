"""`judge` as a user runs it."""

import gzip
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from oilstone_eval.judges.rust.toolchain import Toolchain
from oilstone_schemas import artifact, jsonl

Run = Callable[..., Any]
Path_ = dict[str, str]
SHARES = ("pass@1", "compile_rate", "doc_comment_rate")
JUDGE = ("judge", "samples", "--problems", "problems", "--out", "report")


def verdicts(report: Path) -> dict[str, dict[str, Any]]:
    return {row["problem_id"]: row for row in jsonl.read(report / "verdicts.jsonl", "verdict.v1")}


def test_statuses_and_reasons(report: Path) -> None:
    found = {name: (row["status"], row["reason"]) for name, row in verdicts(report).items()}
    assert found == {
        "a": ("passed", None), "b": ("failed", "wrong_output"), "c": ("failed", "no_code"),
    }  # fmt: skip


def test_no_code_does_not_compile_and_is_scored(report: Path) -> None:
    metrics = json.loads((report / "metrics.json").read_text())["metrics"]
    found = [(metrics[name]["value"], metrics[name]["unscored"]) for name in SHARES]
    assert found == [
        (pytest.approx(1 / 3), 0),
        (pytest.approx(2 / 3), 0),
        (pytest.approx(2 / 3), 0),
    ]


def test_a_report_verifies_with_all_it_was_made_from(report: Path) -> None:
    assert artifact.verify(report, deep=True, search=[]) == []


def test_a_report_names_tools_and_tier(report: Path) -> None:
    assert set(artifact.load(report, "report").details) == {
        "rustc", "clippy", "tier", "tools", "adapter_digest", "prompt_sha256",
    }  # fmt: skip


def test_the_page_shows_metrics_and_examples(report: Path) -> None:
    page = (report / "report.html").read_text()
    assert all(part in page for part in ("compile_rate", "wrong_output", "not &#x27;7&#x27;"))


def test_the_page_fetches_nothing(report: Path) -> None:
    page = (report / "report.html").read_text()
    assert not any(part in page for part in ("http:", "https:", "<script", "src=", "@import"))


def test_a_second_time_is_up_to_date(report: Path, run: Run) -> None:
    before = (report / "manifest.json").read_bytes()
    done = run(*JUDGE)
    assert (done.returncode, done.stderr.strip()) == (0, "up to date: report")
    assert (report / "manifest.json").read_bytes() == before


def test_generation_settings_do_not_concern_the_judge(report: Path, run: Run) -> None:
    assert "up to date" in run(*JUDGE, "--set", "generation.batch_size=5").stderr


def test_a_judges_limit_does(report: Path, run: Run) -> None:
    assert "up to date" not in run(*JUDGE, "--set", "judge.cpu_seconds=5").stderr


def test_judging_again_gives_the_same_digest(report: Path, run: Run) -> None:
    done = run("judge", "samples", "--problems", "problems", "--out", "again", "--json")
    assert json.loads(done.stdout)["digest"] == artifact.load(report).digest


def test_the_primary_slice_is_what_metrics_are_over(report: Path, run: Run) -> None:
    run(*JUDGE, "--set", "primary_slice=combination")
    metrics = json.loads((report / "metrics.json").read_text())
    assert (metrics["metrics"]["pass@1"]["value"], metrics["metrics"]["pass@1"]["n"]) == (0.5, 2)


def test_a_slice_that_is_not_there_is_wrong_use(
    run: Run, toolchain: Toolchain, samples: artifact.Manifest
) -> None:
    done = run(*JUDGE, "--set", "primary_slice=combinations")
    assert done.returncode == 2
    assert "combination, family" in done.stderr


def test_plain_files_will_do(
    run: Run, toolchain: Toolchain, tmp_path: Path, craft: SimpleNamespace
) -> None:
    with gzip.open(tmp_path / "p.jsonl.gz", "wt") as file:
        file.write(json.dumps(craft.problem("a")) + "\n")
    jsonl.write(tmp_path / "s.jsonl", [craft.sample("a")])
    done = run("judge", "s.jsonl", "--problems", "p.jsonl.gz", "--out", "report")
    assert done.returncode == 0, done.stderr
    assert verdicts(tmp_path / "report")["a"]["status"] == "passed"


def test_a_problem_without_a_sample_is_unscored(
    run: Run, toolchain: Toolchain, tmp_path: Path, craft: SimpleNamespace
) -> None:
    jsonl.write(tmp_path / "p.jsonl", [craft.problem("a"), craft.problem("b")])
    jsonl.write(tmp_path / "s.jsonl", [craft.sample("a")])
    run("judge", "s.jsonl", "--problems", "p.jsonl", "--out", "report")
    row = verdicts(tmp_path / "report")["b"]
    assert (row["status"], row["reason"]) == ("unscored", "not_run")


@pytest.mark.parametrize(
    ("breakage", "message"),
    [
        (lambda text: text[:-20], "s.jsonl:2: the last line is cut off"),
        (lambda text: text.replace('"sample_index":0', '"sample_index":-1', 1), "s.jsonl:1:"),
        (lambda text: text.replace('"code"', '"kode"', 1), "s.jsonl:1:"),
        (lambda text: text.replace('"b"', '"z"', 1), "s.jsonl:2: answers problem 'z'"),
        (lambda text: text + text.splitlines()[0] + "\n", "s.jsonl:3: a second sample 0 of 'a'"),
    ],
)
def test_bad_samples_are_bad_input_with_their_line(
    run: Run, toolchain: Toolchain, tmp_path: Path, craft: SimpleNamespace,
    breakage: Callable[[str], str], message: str,
) -> None:  # fmt: skip
    jsonl.write(tmp_path / "p.jsonl", [craft.problem("a"), craft.problem("b")])
    jsonl.write(tmp_path / "s.jsonl", [craft.sample("a"), craft.sample("b")])
    path = tmp_path / "s.jsonl"
    path.write_text(breakage(path.read_text()))
    done = run("judge", "s.jsonl", "--problems", "p.jsonl", "--out", "report")
    assert (done.returncode, (tmp_path / "report").exists()) == (2, False)
    assert message in done.stderr


def test_a_damaged_artifact_is_not_judged(
    run: Run, toolchain: Toolchain, samples: artifact.Manifest
) -> None:
    path = samples.folder / "samples.jsonl"
    path.write_text(path.read_text().replace(".product()", ".sum()    "))
    done = run(*JUDGE)
    assert done.returncode == 2
    assert "samples/samples.jsonl: not what it was" in done.stderr


def test_another_language_is_refused_not_failed(
    run: Run, toolchain: Toolchain, tmp_path: Path, craft: SimpleNamespace
) -> None:
    jsonl.write(tmp_path / "p.jsonl", [craft.problem("a", language="cobol")])
    jsonl.write(tmp_path / "s.jsonl", [craft.sample("a")])
    done = run("judge", "s.jsonl", "--problems", "p.jsonl", "--out", "report")
    assert done.returncode == 2
    assert "no judge for cobol" in done.stderr


def test_a_misspelt_key_is_named_with_its_line(
    run: Run, samples: artifact.Manifest, tmp_path: Path
) -> None:
    (tmp_path / "eval.yaml").write_text("seed: 1\njudge:\n  cpu_second: 3\n")
    done = run(*JUDGE, "--recipe", "eval.yaml")
    assert done.returncode == 2
    assert "eval.yaml:3: unknown key 'cpu_second'; did you mean 'cpu_seconds'?" in done.stderr


def test_without_rustc_nothing_is_judged(
    run: Run, samples: artifact.Manifest, bare_path: Path_, tmp_path: Path
) -> None:
    done = run(*JUDGE, env=bare_path)
    assert (done.returncode, (tmp_path / "report").exists()) == (3, False)
    assert "apt-get install rustc rust-clippy" in done.stderr


def test_without_rustc_other_languages_are_judged(
    run: Run, bare_path: Path_, tmp_path: Path, craft: SimpleNamespace
) -> None:
    answer = {"language": "math", "checker": "final_answer", "tests": [], "answer": "4"}
    jsonl.write(tmp_path / "p.jsonl", [craft.problem("a", **answer)])
    jsonl.write(tmp_path / "s.jsonl", [craft.sample("a", "It is 4.")])
    done = run("judge", "s.jsonl", "--problems", "p.jsonl", "--out", "report", env=bare_path)
    assert done.returncode == 0, done.stderr


def test_an_answer_that_never_came_is_an_error_and_no_failure(
    run: Run, tmp_path: Path, craft: SimpleNamespace
) -> None:
    answer = {"language": "math", "checker": "final_answer", "tests": [], "answer": "4"}
    jsonl.write(tmp_path / "p.jsonl", [craft.problem("a", **answer), craft.problem("b", **answer)])
    none = craft.sample("a", None, completion="", finish_reason="error", error="HTTP 503")
    jsonl.write(tmp_path / "s.jsonl", [none, craft.sample("b", "It is 4.")])
    run("judge", "s.jsonl", "--problems", "p.jsonl", "--out", "report")
    found = json.loads((tmp_path / "report/metrics.json").read_text())["metrics"]
    assert (found["pass@1"]["value"], found["pass@1"]["unscored"]) == (1.0, 1)
    assert (found["error_rate"]["value"], found["error_rate"]["n"]) == (0.5, 2)


def test_a_file_may_mix_languages(
    run: Run, toolchain: Toolchain, tmp_path: Path, craft: SimpleNamespace
) -> None:
    answer = {"language": "math", "checker": "final_answer", "tests": [], "answer": "4"}
    jsonl.write(tmp_path / "p.jsonl", [craft.problem("a"), craft.problem("b", **answer)])
    jsonl.write(tmp_path / "s.jsonl", [craft.sample("b", "It is 4."), craft.sample("a")])
    run("judge", "s.jsonl", "--problems", "p.jsonl", "--out", "report")
    found = json.loads((tmp_path / "report/metrics.json").read_text())["metrics"]
    counts = {
        name: (found[name]["value"], found[name]["n"])
        for name in ("pass@1", "compile_rate", "accuracy")
    }
    assert counts == {"pass@1": (1.0, 2), "compile_rate": (1.0, 1), "accuracy": (1.0, 1)}


def test_without_rustc_the_error_is_json_too(
    run: Run, samples: artifact.Manifest, bare_path: Path_
) -> None:
    done = run(*JUDGE, "--json", env=bare_path)
    assert json.loads(done.stdout)["error"]["code"] == 3


def fake_toolchain(folder: Path, version: str, clippy: bool) -> Path_:
    """Put a `rustc` on a PATH that says it is of that version."""
    (folder / "bin").mkdir(parents=True)
    answer = f'#!/bin/sh\ncase "$1" in --print) echo {folder};; *) echo "{version}";; esac\n'
    for name in ["rustc", "cc"] + ["clippy-driver"] * clippy:
        path = folder / "bin" / name
        path.write_text(answer)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return {"PATH": str(folder / "bin")}


def test_without_clippy_nothing_is_judged(
    run: Run, samples: artifact.Manifest, tmp_path: Path
) -> None:
    done = run(*JUDGE, env=fake_toolchain(tmp_path / "rust", "rustc 1.80.0 (x)", clippy=False))
    assert (done.returncode, (tmp_path / "report").exists()) == (3, False)
    assert "apt-get install rust-clippy" in done.stderr


def test_an_old_rustc_judges_nothing(run: Run, samples: artifact.Manifest, tmp_path: Path) -> None:
    done = run(*JUDGE, env=fake_toolchain(tmp_path / "rust", "rustc 1.62.1 (x)", clippy=True))
    assert (done.returncode, (tmp_path / "report").exists()) == (3, False)
    assert "rustc 1.63 or newer" in done.stderr


def test_a_toolchain_that_builds_nothing_fails_no_sample(
    run: Run, samples: artifact.Manifest, tmp_path: Path
) -> None:
    done = run(
        *JUDGE, "--unsafe-no-sandbox",
        env=fake_toolchain(tmp_path / "rust", "rustc 1.80.0 (x)", clippy=True),
    )  # fmt: skip
    assert (done.returncode, (tmp_path / "report").exists()) == (3, False)


def test_a_broken_rustc_judges_nothing(
    run: Run, samples: artifact.Manifest, tmp_path: Path
) -> None:
    path = fake_toolchain(tmp_path / "rust", "x", clippy=True)
    (tmp_path / "rust/bin/rustc").write_text("#!/bin/sh\necho no toolchain >&2\nexit 1\n")
    done = run(*JUDGE, env=path)
    assert (done.returncode, "no toolchain" in done.stderr) == (3, True)


def test_without_bubblewrap_the_warning_is_loud(
    run: Run, toolchain: Toolchain, samples: artifact.Manifest, tmp_path: Path
) -> None:
    done = run(*JUDGE, "--unsafe-no-sandbox")
    assert done.returncode == 0
    assert "WARNING: no sandbox" in done.stderr


def test_the_tier_is_in_every_verdict(
    run: Run, toolchain: Toolchain, samples: artifact.Manifest, tmp_path: Path
) -> None:
    run(*JUDGE, "--unsafe-no-sandbox")
    assert {row["tier"] for row in verdicts(tmp_path / "report").values()} == {"rlimits"}


def test_the_tiers_agree(
    run: Run, report: Path, tmp_path: Path, samples: artifact.Manifest
) -> None:
    run("judge", "samples", "--problems", "problems", "--out", "open", "--unsafe-no-sandbox")
    keys = ("status", "reason", "checks", "explanation")
    first, second = verdicts(report), verdicts(tmp_path / "open")
    assert {n: [r[k] for k in keys] for n, r in first.items()} == {
        n: [r[k] for k in keys] for n, r in second.items()
    }


def test_a_killed_judge_leaves_no_report(
    toolchain: Toolchain, samples: artifact.Manifest, tmp_path: Path, craft: SimpleNamespace
) -> None:
    loop = craft.sample("a", "fn main() { loop {} }")
    jsonl.write(tmp_path / "s.jsonl", [loop])
    process = subprocess.Popen(
        [sys.executable, "-m", "oilstone_eval", "judge", "s.jsonl", "--problems", "problems",
         "--out", "report", "--set", "judge.cpu_seconds=60", "--set", "judge.wall_seconds=60"],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr
    assert any("linted 1/1" in line for line in process.stderr)
    process.kill()
    process.communicate()
    assert not (tmp_path / "report").exists()


def test_doctor_names_what_is_missing(run: Run, bare_path: Path_) -> None:
    done = run("doctor", "--json", env=bare_path)
    assert (done.returncode, json.loads(done.stdout)["rustc"]) == (3, None)


def test_doctor_names_tools_and_tier(run: Run, toolchain: Toolchain) -> None:
    done = run("doctor", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["rustc"]) == (0, toolchain.rustc)
    assert found["tier"] in ("bwrap", "rlimits")


@pytest.mark.parametrize("words", [("--help",), ("judge", "--help"), ("--version",)])
def test_help_does_not_load_torch(words: tuple[str, ...]) -> None:
    code = (
        "import sys\nfrom oilstone_eval.cli import main\n"
        f"try: main({list(words)!r})\nexcept SystemExit: pass\n"
        "sys.exit(bool({'torch', 'transformers', 'tree_sitter'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_our_environment_does_not_reach_a_judged_program(
    run: Run, toolchain: Toolchain, tmp_path: Path, craft: SimpleNamespace
) -> None:
    code = 'fn main() { println!("{}", std::env::vars().map(|v| v.0).collect::<String>()); }'
    jsonl.write(tmp_path / "p.jsonl", [craft.problem("a", tests=[{"stdin": "", "stdout": ""}])])
    jsonl.write(tmp_path / "s.jsonl", [craft.sample("a", code)])
    run("judge", "s.jsonl", "--problems", "p.jsonl", "--out", "report",
        env={**os.environ, "OILSTONE_SECRET": "hunter2"})  # fmt: skip
    assert verdicts(tmp_path / "report")["a"]["status"] == "passed"


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("OILSTONE_TEST_DATA"), reason="OILSTONE_TEST_DATA not set")
def test_known_good_solutions_pass(
    run: Run, toolchain: Toolchain, tmp_path: Path, craft: SimpleNamespace
) -> None:
    """HumanEval-X for Rust: the solutions that need std only, with their tests as main."""
    source = Path(os.environ["OILSTONE_TEST_DATA"]) / "humaneval_x_rust/humaneval_rust.jsonl.gz"
    shutil.copy(source, tmp_path / "x.jsonl.gz")
    rows = [row for row in jsonl.read(tmp_path / "x.jsonl.gz") if needs_std_only(row)]
    test = [{"stdin": "", "stdout": "all held\n"}]
    jsonl.write(tmp_path / "p.jsonl", [craft.problem(r["task_id"], tests=test) for r in rows])
    jsonl.write(tmp_path / "s.jsonl", [craft.sample(r["task_id"], program(r)) for r in rows])
    run("judge", "s.jsonl", "--problems", "p.jsonl", "--out", "report")
    found = verdicts(tmp_path / "report")
    assert len(found) >= 150
    assert {name: row["explanation"] for name, row in found.items() if row["reason"]} == {}


CRATES = ("use rand::Rng;\n", "use regex::Regex;\n", "use md5;\n")


def needs_std_only(row: dict[str, Any]) -> bool:
    code = row["declaration"] + row["canonical_solution"] + row["test"]
    for line in CRATES:
        code = code.replace(line, "")
    return not any(word in code for word in ("Regex", "rand::", "rng()", "md5::"))


def program(row: dict[str, Any]) -> str:
    """Return declaration, solution and tests with a main that runs the tests."""
    code = row["declaration"] + row["canonical_solution"]
    for line in CRATES:
        code = code.replace(line, "")
    tests = row["test"].replace("#[cfg(test)]", "").replace("#[test]", "pub")
    names = [part.split("(")[0].strip() for part in tests.split("pub\n")[1:]]
    calls = "".join(f"    tests::{name.removeprefix('fn ').strip()}();\n" for name in names)
    return f'{code}\n{tests}\nfn main() {{\n{calls}    println!("all held");\n}}\n'
