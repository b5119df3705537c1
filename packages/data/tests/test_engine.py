"""Parts, workers and engines: whoever does the work, the bytes are the same."""

import gzip
import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from oilstone_data import assemble
from oilstone_data.books import Books, Entry
from oilstone_data.engine import pool
from oilstone_data.engine.part import Task, run
from oilstone_data.sides import SIDES, shuffled, side
from oilstone_data.sources import jsonl as jsonl_source
from oilstone_data.sources.kinds import inventory, records
from oilstone_data.sources.record import Part
from oilstone_schemas import artifact
from oilstone_schemas.command import MissingTool, OilstoneError

RULES = {"min_length": 10, "prefer_idiomatic": True, "score": "both"}
KEY = "AKIA" + "QWERTYUIOPASDFGH"
CONTENT = ("train.jsonl", "eval.jsonl", "test.jsonl", "refused.jsonl")


def code(i: int) -> str:
    shapes = ("fn a{0}() {{}}", "/// Doc {0}.\npub fn a{0}() -> Option<u8> {{ None }}",
              "#[test]\nfn t{0}() {{}}", "x", "// TODO\n#[derive(A)]\nstruct S{0};")  # fmt: skip
    return shapes[i % len(shapes)].format(i % 700)


@pytest.fixture(scope="module")
def big(foreign_folder):
    """Rows in several files, so in several parts, with something to refuse at every stage."""
    foreign = foreign_folder("big")
    sources = []
    for k in range(3):
        rows: list = [{"completion": code(i), "path": f"src/{i}.rs"} for i in range(k, 1500, 2)]
        rows.insert(100, b"{broken")
        sources.append({**foreign.lines(rows, f"{k}.jsonl"), "name": f"s{k}"})
    keys = {"rust": RULES, "dedup": {}, "shuffle_seed": 5}
    return foreign, foreign.recipe(*sources, **keys)


@pytest.fixture(scope="module")
def alone(big):
    foreign, path = big
    return foreign.build(path)


def same(one, other) -> bool:
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in CONTENT)


def test_two_processes_make_the_same_bytes_as_one(big, alone):
    foreign, path = big
    other = foreign.build(path, "--workers", "2", out="two")
    assert same(alone, other)
    assert artifact.load(alone).digest == artifact.load(other).digest


@pytest.mark.slow
def test_ray_makes_the_same_bytes_as_one_process(big, alone):
    pytest.importorskip("ray", reason="no Ray here: --engine ray was NOT run")
    foreign, path = big
    assert same(alone, foreign.build(path, "--engine", "ray", "--workers", "2", out="ray"))


def test_a_cluster_that_is_not_there_is_exit_3_and_says_so(foreign, monkeypatch):
    pytest.importorskip("ray", reason="no Ray here: --engine ray was NOT run")
    monkeypatch.setenv("RAY_ADDRESS", "nonsense")
    path = foreign.recipe(foreign.lines([{"completion": "x"}]))
    made = foreign.run("build", path, "--out", foreign.folder / "out", "--engine", "ray")
    assert made.returncode == 3 and "RAY_ADDRESS=nonsense was not joined" in made.stderr


def kill_this_process(task: Task) -> int:
    """Stand where a part is run, and be killed, as by a system without memory."""
    os.kill(os.getpid(), signal.SIGKILL)
    return task.index


def test_a_worker_that_is_killed_is_exit_3_and_says_how_to_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "run", kill_this_process)
    tasks = [Task(i, Part({}, "", 0, 0, 1), {}, str(tmp_path)) for i in range(2)]
    with pytest.raises(MissingTool, match=r"a worker process was killed.*goes on"):
        pool.run_all(tasks, "local", 2)


@pytest.mark.slow
def test_what_a_task_on_ray_raises_reads_as_it_does_here(foreign):
    pytest.importorskip("ray", reason="no Ray here: --engine ray was NOT run")
    path = foreign.recipe(
        foreign.lines([{"completion": "x"}]), rust={"refuse_patterns": {"a": "("}}
    )
    here, there = (
        foreign.run("build", path, "--out", foreign.folder / "out", *words)
        for words in ((), ("--engine", "ray"))
    )
    assert here.returncode == there.returncode == 2
    assert (
        here.stderr
        == there.stderr
        == ("error: pattern 'refuse:a': not in RE2's syntax: missing ): (?m)(\n")
    )


def test_a_filter_names_the_file_that_it_cannot_read_and_not_the_one_it_writes(tmp_path):
    task = Task(0, Part({}, "", 0, 0, 1), {}, str(tmp_path), raw=True)
    other, full = tmp_path / "other.jsonl", Path("/dev/full")
    with pytest.raises(OilstoneError, match=r"other\.jsonl: No such"), task.writing("kept.jsonl"):
        other.read_bytes()
    with pytest.raises(MissingTool, match=r"0\.kept\.jsonl: no space"), task.writing("kept.jsonl"):
        full.write_bytes(b"x")


def test_the_books_close_at_every_stage_and_with_the_files(alone):
    manifest = artifact.load(alone)
    stages = manifest.data["details"]["stages"]
    last: dict[str, int] = {}
    for entry in stages:
        assert entry["entered"] == entry["passed"] + sum(entry["refused"].values())
        assert last.get(entry["source"], entry["entered"]) == entry["entered"]
        last[entry["source"]] = entry["made"]
    lines = {name: len((alone / name).read_bytes().splitlines()) for name in CONTENT}
    assert lines["refused.jsonl"] == sum(sum(entry["refused"].values()) for entry in stages)
    assert sum(lines.values()) - lines["refused.jsonl"] == sum(last.values())
    assert manifest.counts["read"] == sum(lines.values())


def test_every_refused_row_says_stage_reason_and_explanation(big, alone):
    foreign, _ = big
    rows = foreign.read(alone / "refused.jsonl")
    assert {row["stage"] for row in rows} == {"read", "rust", "dedup"}
    assert all(row["reason"] and row["explanation"] for row in rows)


def test_the_artifact_verifies(alone):
    assert artifact.verify(alone, deep=True, search=[]) == []


def test_a_changed_source_is_built_again_and_an_equal_one_is_not(foreign):
    path = foreign.recipe(foreign.lines([{"completion": "fn a() {}"}]))
    foreign.build(path)
    assert "up to date" in foreign.run("build", path, "--out", foreign.folder / "out").stderr
    foreign.lines([{"completion": "fn b() {}"}])
    assert "up to date" not in foreign.run("build", path, "--out", foreign.folder / "out").stderr


def test_where_the_sources_lie_is_no_part_of_the_identity(foreign, tmp_path):
    here = foreign.build(foreign.recipe(foreign.lines([{"completion": "fn a() {}"}])))
    (tmp_path / "deep").mkdir()
    (tmp_path / "rows.jsonl").rename(tmp_path / "deep" / "rows.jsonl")
    source = {"name": "own", "kind": "jsonl", "path": "deep/rows.jsonl"}
    there = foreign.build(foreign.recipe(source), out="there")
    assert artifact.load(here).digest == artifact.load(there).digest


@pytest.mark.parametrize("pause", [0.5, 0.9])
def test_a_killed_build_goes_on_and_ends_with_the_same_bytes(big, alone, pause):
    foreign, path = big
    out = foreign.folder / f"killed{pause}"
    words = ["oilstone-data", "build", str(path), "--out", str(out)]
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    time.sleep(pause)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert same(alone, foreign.build(path, out=out.name))


def test_a_part_that_is_whole_is_not_run_again(tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"completion": "fn a() {}"}\n')
    source = {"name": "own", "kind": "jsonl", "path": str(tmp_path / "rows.jsonl"),
              "adapter": "plain", "language": "rust", "licence": "MIT", "prompt": "p",
              "max_solutions": 1, "max_tests": 1}  # fmt: skip
    task = Task(0, inventory(source).parts[0], {}, str(tmp_path))
    run(task)
    before = task.file("kept.jsonl").stat().st_mtime_ns
    run(task)
    assert task.file("kept.jsonl").stat().st_mtime_ns == before


@pytest.mark.parametrize("size", [1, 10, 100, 1 << 20])
def test_parts_of_any_size_hold_the_same_records(tmp_path, monkeypatch, size):
    monkeypatch.setattr(jsonl_source, "PART", size)
    monkeypatch.setattr(jsonl_source, "_CHUNK", 16)
    draw = random.Random(size)
    rows = [{"completion": "x" * draw.randrange(40)} for _ in range(60)]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = inventory({"name": "own", "kind": "jsonl", "path": str(path)})
    read = [record for part in found.parts for record in records(part)]
    assert [record.value for record in read] == rows
    assert [record.number for record in read] == list(range(1, 61))


def test_books_that_do_not_close_are_an_error():
    books = Books()
    books.add(Entry("own", "read", 10, made=10))
    books.add(Entry("own", "rust", 9, made=9))
    with pytest.raises(AssertionError, match="read handed on 10 rows, rust took 9"):
        books.close()


def test_no_group_stands_on_two_sides_and_shares_are_met():
    shares = {"train": 0.8, "eval": 0.1, "test": 0.1}
    found = [side(7, f"group{i}", shares) for i in range(20_000)]
    assert found == [side(7, f"group{i}", shares) for i in range(20_000)]
    assert [abs(found.count(name) / 20_000 - shares[name]) < 0.01 for name in SIDES] == [True] * 3


def test_a_side_with_no_share_gets_no_row():
    assert {side(1, str(i), {"train": 0, "eval": 1, "test": 0}) for i in range(99)} == {"eval"}


def test_shuffling_depends_on_the_seed_and_loses_nothing():
    ids = [f"own/{i}" for i in range(100)]
    one, two = (shuffled(seed, range(100), ids) for seed in (1, 2))
    assert sorted(one) == sorted(two) == list(range(100)) and one != two


def test_limit_takes_the_first_rows(foreign):
    source = foreign.lines([{"completion": f"fn a{i}() {{}}"} for i in range(9)])
    out = foreign.build(foreign.recipe({**source, "limit": 4}))
    assert set(foreign.kept(out)) == {f"own/{i}" for i in range(1, 5)}


def test_filter_keeps_lines_as_they_are(foreign):
    good = b'{ "completion": "/// Doc.\\npub fn a() {}" , "extra": 1.50 }'
    source = foreign.lines([good, {"completion": "x"}, b"{"])
    path = foreign.recipe(source, rust={"min_length": 5, "score": "text"})
    made = foreign.run("filter", path, "--out", foreign.folder / "f")
    assert made.returncode == 0, made.stderr
    assert (foreign.folder / "f" / "kept.jsonl").read_bytes() == good + b"\n"
    reasons = [row["reason"] for row in foreign.read(foreign.folder / "f" / "refused.jsonl")]
    assert reasons == ["too_short", "not_json"]


def test_a_filter_that_fails_leaves_what_an_earlier_one_made(foreign):
    rows = b"".join(json.dumps({"completion": code(i)}).encode() + b"\n" for i in range(99))
    source = {"name": "own", "kind": "jsonl", "path": "rows.jsonl.gz"}
    path, out = foreign.recipe(source, rust={"score": "text"}), foreign.folder / "f"
    (foreign.folder / "rows.jsonl.gz").write_bytes(gzip.compress(rows))
    assert foreign.run("filter", path, "--out", out).returncode == 0
    made = {file.name: file.read_bytes() for file in out.iterdir()}
    (foreign.folder / "rows.jsonl.gz").write_bytes(gzip.compress(rows)[:-20])
    assert foreign.run("filter", path, "--out", out).returncode == 2
    assert {name: (out / name).read_bytes() for name in made} == made
    assert set(made) == {"kept.jsonl", "refused.jsonl", "books.json"}


@pytest.mark.parametrize(
    ("solutions", "kept", "reasons"),
    [
        (["fn a() {}", "fn b() {}"], 1, []),
        (["x", "fn b() {}"], 1, []),
        (["x", "y"], 0, ["too_short"]),
        (["x", f'fn a() -> String {{ "{KEY}" }}'], 0, ["secret"]),
        ([f'fn a() -> String {{ "{KEY}" }}', "x"], 0, ["secret"]),
    ],
)
def test_filter_keeps_a_line_once_or_refuses_it_once_for_what_stopped_its_best_solution(
    foreign, solutions, kept, reasons
):
    tests = json.dumps({"inputs": ["1"], "outputs": ["2"]})
    row = {"problem_id": 1, "question": "Add.", "input_output": tests,
           "solutions": json.dumps(solutions)}  # fmt: skip
    source = {**foreign.lines([row]), "adapter": "apps", "max_solutions": 9}
    path = foreign.recipe(source, rust={"min_length": 5, "score": "text"}, secrets="refuse")
    made = foreign.run("filter", path, "--out", foreign.folder / "f", "--json")
    assert made.returncode == 0, made.stderr
    line = json.dumps(row).encode() + b"\n"
    assert (foreign.folder / "f" / "kept.jsonl").read_bytes() == line * kept
    refused = foreign.read(foreign.folder / "f" / "refused.jsonl")
    assert [row["reason"] for row in refused] == reasons
    assert json.loads(made.stdout)["stages"][-1]["made"] == kept


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"name": "a", "kind": "jsonl"}, "needs 'path'"),
        ({"name": "a", "kind": "jsonl", "path": "none.jsonl"}, "no such file"),
        ({"name": "a", "kind": "folder", "path": "none"}, "no such folder"),
        ({"name": "a", "kind": "jsonl", "path": "x", "prompt": "{nothing}"}, "prompt"),
        ({"name": "a", "kind": "jsonl", "path": "x", "adapter": "guess"}, "guess"),
        ({"name": "a/b", "kind": "jsonl", "path": "x"}, "a/b"),
    ],
)
def test_a_wrong_source_is_exit_2_and_says_what(foreign, source, said):
    made = foreign.run("build", foreign.recipe(source), "--out", foreign.folder / "out")
    assert made.returncode == 2 and said in made.stderr


def test_two_sources_of_one_name_are_exit_2(foreign):
    source = foreign.lines([{"completion": "x"}])
    made = foreign.run("build", foreign.recipe(source, source), "--out", foreign.folder / "out")
    assert made.returncode == 2 and "two are called 'own'" in made.stderr


def test_when_parts_are_cleared_no_books_outlive_their_rows(tmp_path, monkeypatch):
    """As if killed right after the first removals: what is left is run again, not believed."""
    parts = tmp_path / assemble.PARTS
    parts.mkdir()
    for name in ("books.json", "kept.jsonl"):
        (parts / f"000000.{name}").write_text("{}")
    monkeypatch.setattr(assemble.shutil, "rmtree", lambda *_, **__: None)
    assemble.clear(tmp_path)
    assert [path.name for path in parts.iterdir()] == ["000000.kept.jsonl"]
