"""Builds of shell, Python and mathematics rows: gates by artifact, families, domains."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from oilstone_data.build import build as make
from oilstone_data.export import export
from oilstone_schemas import artifact, jsonl

COMMANDS = [
    ("List all.", "ls -la /tmp"),
    ("List all.", 'ls -la  "/tmp"'),
    ("List all of home.", "ls -al ~"),
    ("Say hello.", "if true; then echo hello"),
    ("Delete everything.", "rm -rf /"),
    ("Show the date.", "date"),
]


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Build from pairs of prompt and completion; return rows by id and reasons by id."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def call(pairs, out="out", language="shell", **keys):
        rows = [{"prompt": prompt, "completion": code} for prompt, code in pairs]
        jsonl.write(tmp_path / "rows.jsonl", rows)
        source = {"name": "s", "kind": "jsonl", "path": "rows.jsonl", "licence": "MIT"}
        recipe = {"seed": 1, "system_prompt": "", "sources": [{**source, "language": language}]}
        (tmp_path / "data.yaml").write_text(json.dumps({**recipe, **keys}))
        make(tmp_path / "data.yaml", tmp_path / out, [])
        assert artifact.verify(tmp_path / out, deep=True) == []
        parts = ("train", "eval", "test")
        kept = [r for p in parts for r in jsonl.read(tmp_path / out / f"{p}.jsonl", "row.v1")]
        refused = jsonl.read(tmp_path / out / "refused.jsonl", "refused.v1")
        return {row["id"]: row for row in kept}, {f"s/{r['line']}": r["reason"] for r in refused}

    return call


@pytest.fixture
def _linter():
    if shutil.which("shellcheck") or (Path(sys.executable).parent / "shellcheck").is_file():
        return
    pytest.skip("no shellcheck on this machine: builds of shell rows were NOT tested")


@pytest.mark.usefixtures("_linter")
def test_shell_rows_are_linted_and_repetitions_refused(build):
    rows, reasons = build(COMMANDS, shell={})
    assert reasons == {"s/2": "duplicate_command", "s/4": "shellcheck"}
    assert rows["s/1"]["group"] == rows["s/3"]["group"] == "shell: ls -a -l"


def test_a_command_family_stays_on_one_side(build, tmp_path):
    build([(f"Do {i}.", f"tool{i % 9} -x {i}") for i in range(60)], shell={"severity": None})
    sides = [
        {row["group"] for row in jsonl.read(tmp_path / "out" / f"{part}.jsonl")}
        for part in ("train", "eval", "test")
    ]
    assert sum(map(len, sides)) == len(set.union(*sides)) == 9


def _judged(tmp_path, publish, statuses):
    """Export the built rows as samples and publish a report that says `statuses` of them."""
    samples = []
    for split in ("train", "eval", "test"):
        export(tmp_path / "out", "samples", split, tmp_path / f"samples-{split}")
        samples += jsonl.read(tmp_path / f"samples-{split}" / "samples.jsonl")
    given = publish(tmp_path / "samples", "samples", samples)
    verdicts = [statuses(sample) for sample in samples]
    publish(tmp_path / "report", "report", verdicts, [given], file="verdicts.jsonl")


@pytest.mark.usefixtures("_linter")
def test_only_harmless_commands_with_a_verdict_stay(build, made, tmp_path):
    def said(sample):
        level = "critical" if "rm" in sample["code"] else "safe"
        return made.verdict(sample["problem_id"], danger_level=level)

    build(COMMANDS, shell={})
    _judged(tmp_path, made.publish, said)
    wanted = {"reports": ["report"], "danger": "safe"}
    more = [*COMMANDS, ("Say who.", "whoami")]
    rows, reasons = build(more, "gated", shell={}, verdicts=wanted)
    assert reasons["s/5"] == "dangerous" and reasons["s/7"] == "not_judged"
    assert set(rows) == {"s/1", "s/3", "s/6"}


def test_only_solutions_that_pass_all_tests_stay(build, made, tmp_path):
    def said(sample):
        fails = {"status": "failed", "reason": "wrong_output"} if "0" in sample["code"] else {}
        return made.verdict(sample["problem_id"], **fails)

    pairs = [("Add.", "print(1 + 1)"), ("Subtract.", "print(0)"), ("Double.", "print(2 * x)")]
    build(pairs, language="python")
    _judged(tmp_path, made.publish, said)
    pairs[2] = ("Double.", "print(x + x)")  # not what was judged
    rows, reasons = build(pairs, "gated", "python", verdicts={"reports": ["report"]})
    assert set(rows) == {"s/1"}
    assert reasons == {"s/2": "tests_failed", "s/3": "judged_otherwise"}


def test_a_recipe_takes_the_domains_it_names(build):
    pairs = [
        ("How many apples are left in total?", "print(3)"),
        ("Write a function to sort a list.", "def f(x): return sorted(x)"),
    ]
    rows, reasons = build(pairs, language="python", domains=["math"])
    assert reasons == {"s/2": "other_domain"} and rows["s/1"]["domain"] == "math"


def test_the_chat_templates_hash_stands_in_the_manifest(build, tmp_path):
    folder = tmp_path / "tokenizer"
    folder.mkdir()
    (folder / "chat_template.jinja").write_text("{{ messages[0].content }}")
    build(COMMANDS[:1], tokenizer="tokenizer")
    details = artifact.load(tmp_path / "out").details
    assert len(details["chat_template_sha256"]) == 64
