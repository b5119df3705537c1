"""Verdicts that were reached before are not reached again, and a killed run goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from oilstone_eval.cache import Cache, key
from oilstone_eval.judges.base import Case, Program, Ruling
from oilstone_schemas import artifact, jsonl
from oilstone_schemas.command import MissingTool

Run = Callable[..., Any]
JUDGE = ("judge", "s.jsonl", "--problems", "p.jsonl")
WRONG = Ruling("failed", "wrong_output", "line 1", {"tests_passed": 0, "lints": ["x"]}, 0.25)
PROGRAM = Program("print(1)", (Case("", "2\n"),), "python")


def cache(folder: Path, **circumstances: Any) -> Cache:
    return Cache(folder, "math", {"tier": "bwrap", **circumstances})


def test_a_ruling_comes_back_as_it_was(tmp_path: Path) -> None:
    cache(tmp_path).keep(PROGRAM, WRONG)
    assert cache(tmp_path).find([PROGRAM]) == {PROGRAM: WRONG}


@pytest.mark.parametrize(
    "other",
    [
        Program("print(2)", PROGRAM.cases, "python"),
        Program("print(1)", (Case("", "3\n"),), "python"),
        Program("print(1)", PROGRAM.cases, "python", compare="float"),
        Program("print(1)", PROGRAM.cases, "python", fixture=(("a", "b"),)),
    ],
)
def test_another_program_or_test_is_not_known(tmp_path: Path, other: Program) -> None:
    cache(tmp_path).keep(PROGRAM, WRONG)
    assert cache(tmp_path).find([other]) == {}


def test_other_limits_or_tools_know_nothing(tmp_path: Path) -> None:
    cache(tmp_path).keep(PROGRAM, WRONG)
    assert cache(tmp_path, cpu_seconds=3).find([PROGRAM]) == {}


def test_what_could_not_be_judged_is_not_kept(tmp_path: Path) -> None:
    cache(tmp_path).keep(PROGRAM, Ruling("unscored", "evaluator_fault"))
    assert cache(tmp_path).find([PROGRAM]) == {}


@pytest.mark.parametrize("cut", [2, 40, 90])
def test_a_line_that_was_cut_off_loses_itself_only(tmp_path: Path, cut: int) -> None:
    first = cache(tmp_path)
    first.keep(Program("lost"), WRONG)
    first.path.write_bytes(first.path.read_bytes()[:-cut])
    cache(tmp_path).keep(PROGRAM, WRONG)
    assert cache(tmp_path).find([Program("lost"), PROGRAM]) == {PROGRAM: WRONG}


def test_several_writers_lose_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from oilstone_eval.cache import Cache\n"
        "from oilstone_eval.judges.base import Program, Ruling\n"
        "kept = Cache(Path(sys.argv[1]), 'math', {'tier': 'bwrap'})\n"
        "for n in range(300): kept.keep(Program(f'{sys.argv[2]} {n}'), Ruling('passed', None))\n"
    )
    words = [sys.executable, "-c", code, str(tmp_path)]
    writers = [subprocess.Popen([*words, str(number)]) for number in range(3)]
    assert [each.wait() for each in writers] == [0, 0, 0]
    wanted = [Program(f"{number} {n}") for number in range(3) for n in range(300)]
    assert len(cache(tmp_path).find(wanted)) == 900


def test_a_key_has_nothing_of_this_process_in_it() -> None:
    code = (
        "from oilstone_eval.cache import key; from oilstone_eval.judges.base import Case, Program\n"
        "print(key(Program('print(1)', (Case('', '2\\n'),), 'python')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == key(PROGRAM)


@pytest.fixture
def sums(tmp_path: Path, craft: SimpleNamespace) -> int:
    """Many problems in mathematics with an answer each, one of five wrong; return their number."""
    count = 2000
    blank = {"language": "math", "checker": "final_answer", "tests": [], "reference": None}
    rows = [craft.problem(f"p{n}", **blank, answer=str(n)) for n in range(count)]
    jsonl.write(tmp_path / "p.jsonl", rows)
    texts = [f"It is {n + (n % 5 == 0)}." for n in range(count)]
    jsonl.write(
        tmp_path / "s.jsonl",
        [craft.sample(f"p{n}", text, completion=text) for n, text in enumerate(texts)],
    )
    return count


def test_a_second_report_judges_nothing(run: Run, sums: int) -> None:
    first = run(*JUDGE, "--out", "first")
    second = run(*JUDGE, "--out", "second", "--json")
    assert f"{sums} different programs, {sums} not judged before" in first.stderr
    assert f"{sums} different programs, 0 not judged before" in second.stderr
    assert json.loads(second.stdout)["counts"]["failed"] == sums // 5


def test_only_what_is_new_needs_a_sandbox_that_works(
    run: Run, craft: SimpleNamespace, tmp_path: Path, walls: object
) -> None:
    problems = [craft.problem(name, language="python", reference=None) for name in "ab"]
    samples = [craft.sample(name, f"print({n})\n") for n, name in enumerate("ab")]
    jsonl.write(tmp_path / "p.jsonl", problems)
    jsonl.write(tmp_path / "s.jsonl", samples[:1])
    run(*JUDGE, "--out", "first")
    broken = tmp_path / "bin"
    broken.mkdir()
    (broken / "bwrap").write_text("#!/bin/sh\nexit 1\n")
    (broken / "bwrap").chmod(0o755)
    env = {**os.environ, "PATH": f"{broken}:{os.environ['PATH']}"}
    assert run(*JUDGE, "--out", "known", env=env).returncode == 0
    jsonl.write(tmp_path / "s.jsonl", samples)
    assert run(*JUDGE, "--out", "new", env=env).returncode == 3


def test_without_the_cache_all_is_judged_again(run: Run, sums: int) -> None:
    run(*JUDGE, "--out", "first")
    done = run(*JUDGE, "--out", "second", "--no-cache")
    assert f"{sums} not judged before" in done.stderr


@pytest.mark.parametrize("options", [(), ("--no-cache",)])
def test_a_killed_run_goes_on_and_ends_the_same(
    run: Run, sums: int, tmp_path: Path, options: tuple[str, ...]
) -> None:
    run(*JUDGE, "--out", "whole", *options)
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    words = [sys.executable, "-m", "oilstone_eval", *JUDGE, "--out", "killed", *options]
    process = subprocess.Popen(words, cwd=tmp_path, env=env, stderr=subprocess.DEVNULL)
    while process.poll() is None and not _kept(tmp_path):
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = run(*JUDGE, "--out", "killed", *options, env=env)
    left = int(done.stderr.split(" not judged before")[0].rsplit(" ", 1)[1])
    assert left < sums
    assert artifact.load(tmp_path / "killed").digest == artifact.load(tmp_path / "whole").digest


def _kept(folder: Path) -> bool:
    files = [*folder.glob("cache/oilstone/verdicts/*"), *folder.glob(".killed.*/kept/*")]
    return any(file.stat().st_size > 20_000 for file in files)


@pytest.mark.slow
def test_ray_reaches_the_same_verdicts(run: Run, sums: int, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="RAY IS NOT TESTED: oilstone-eval[ray] is not here")
    run(*JUDGE, "--out", "whole", "--no-cache")
    done = run(*JUDGE, "--out", "spread", "--no-cache", "--engine", "ray")
    assert done.returncode == 0, done.stderr
    assert artifact.load(tmp_path / "spread").digest == artifact.load(tmp_path / "whole").digest


def test_a_full_disk_is_named_with_the_way_out(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("NO FULL DISK IS TRIED: there is no /dev/full")
    kept = cache(tmp_path)
    kept.path.symlink_to("/dev/full")
    with pytest.raises(MissingTool, match=r"No space left.*XDG_CACHE_HOME"):
        kept.keep(PROGRAM, WRONG)
