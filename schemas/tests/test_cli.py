import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oilstone_schemas import content, jsonl, validate
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.cli import main

EXAMPLES = Path(__file__).parent.parent / "examples"
Make = Callable[..., Manifest]


@pytest.fixture
def rows(tmp_path: Path, example: Callable[[str], Any]) -> Path:
    jsonl.write(tmp_path / "samples.jsonl", [example("sample.v1/valid/stopped.json")] * 2)
    return tmp_path / "samples.jsonl"


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("train.jsonl", "row.v1"),
        ("test.jsonl.gz", "row.v1"),
        ("refused.jsonl", "refused.v1"),
        ("problems.jsonl", "problem.v1"),
        ("samples.jsonl.gz", "sample.v1"),
        ("verdicts.jsonl", "verdict.v1"),
        ("metrics.json", "metrics.v1"),
        ("decision.json", "decision.v1"),
        ("manifest.json", "manifest.v1"),
        ("gates.yaml", "gates.v1"),
        ("data.yaml", "recipe-data.v1"),
        ("base.yaml", "recipe-base.v1"),
        ("phase1.yaml", "recipe-phase.v1"),
        ("phase1-continued.yaml", "recipe-phase.v1"),
        ("eval.yaml", "recipe-eval.v1"),
        ("axolotl.yaml", None),
    ],
)
def test_a_file_name_tells_the_schema(name: str, schema: str | None) -> None:
    assert content.schema_of(name) == schema


def test_validate_counts_what_is_good(rows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(rows)]) == 0
    assert capsys.readouterr().out == f"{rows}: 2 x sample.v1\n"


def test_validate_names_the_line_that_is_not(
    rows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows.write_bytes(rows.read_bytes()[:-5])
    assert main(["validate", str(rows)]) == 1
    assert f"{rows}:2: the last line is cut off" in capsys.readouterr().err


def test_validate_reports_every_file(rows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = sorted((EXAMPLES / "gates.v1" / "invalid").iterdir())
    main(["validate", "--schema", "gates.v1", *map(str, bad)])
    told = capsys.readouterr().err
    assert [path for path in bad if f"{path}:" not in told] == []


def test_validate_reads_the_schema_field(tmp_path: Path) -> None:
    good = EXAMPLES / "manifest.v1" / "valid" / "samples.json"
    assert main(["validate", str(good)]) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["no.jsonl"], "no.jsonl: no such file"),
        ([__file__], "name one with --schema"),
        ([__file__, "--schema", "x.v1"], "there is no schema called 'x.v1'"),
    ],
    ids=str,
)
def test_validate_says_how_to_use_it(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", *words]) == 2
    assert message in capsys.readouterr().err


def test_verify_is_glad(tmp_path: Path, make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    make(tmp_path / "out", {"a": b"1"})
    assert main(["verify", str(tmp_path / "out"), "--deep"]) == 0


def test_verify_names_the_file_that_changed(
    tmp_path: Path, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path / "out", {"a": b"1"})
    (tmp_path / "out" / "a").write_bytes(b"2")
    assert main(["verify", str(tmp_path / "out"), "--json"]) == 1
    message = json.loads(capsys.readouterr().out)["error"]["message"]
    assert message.startswith(f"{tmp_path / 'out' / 'a'}: not what it was")


@pytest.mark.parametrize("words", [["nowhere"], [".", "--search", "nowhere"]], ids=str)
def test_verify_of_nothing_is_wrong_use(words: list[str]) -> None:
    assert main(["verify", *words]) == 2


def test_list_names_every_schema(capsys: pytest.CaptureFixture[str]) -> None:
    main(["list"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == validate.names()


@pytest.mark.parametrize("words", [[], ["--json"]], ids=["text", "json"])
def test_show_prints_the_schema(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main(["show", "row.v1", *words])
    assert json.loads(capsys.readouterr().out) == validate.schema("row.v1")


def test_the_module_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "oilstone_schemas", "list"], capture_output=True)
    assert done.returncode == 0
