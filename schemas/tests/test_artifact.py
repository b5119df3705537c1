from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oilstone_schemas import artifact, jsonl
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError

Make = Callable[..., Manifest]


@pytest.fixture
def sample(example: Callable[[str], Any]) -> dict[str, Any]:
    row: dict[str, Any] = example("sample.v1/valid/stopped.json")
    return row


def test_seconds_in_rows_are_no_identity(
    tmp_path: Path, make: Make, sample: dict[str, Any]
) -> None:
    one = make(tmp_path / "one", {"samples.jsonl": [sample]})
    two = make(tmp_path / "two", {"samples.jsonl": [{**sample, "seconds": 99.0}]})
    assert one.digest == two.digest


def test_the_seconds_themselves_are_sealed(
    tmp_path: Path, make: Make, sample: dict[str, Any]
) -> None:
    make(tmp_path / "one", {"samples.jsonl": [sample]})
    jsonl.write(tmp_path / "one" / "samples.jsonl", [{**sample, "seconds": 99.0}])
    assert "one/samples.jsonl" in artifact.verify(tmp_path / "one", deep=False, search=[])[0]


def test_an_answer_is_identity(tmp_path: Path, make: Make, sample: dict[str, Any]) -> None:
    one = make(tmp_path / "one", {"samples.jsonl": [sample]})
    two = make(tmp_path / "two", {"samples.jsonl": [{**sample, "completion": "other"}]})
    assert one.digest != two.digest


def test_volatile_files_are_no_identity(tmp_path: Path, make: Make) -> None:
    given = {"kind": "adapter", "volatile": ["*.svg", "telemetry.jsonl"]}
    one = make(tmp_path / "one", {"w": b"1", "loss.svg": b"a", "telemetry.jsonl": []}, **given)
    two = make(tmp_path / "two", {"w": b"1", "loss.svg": b"b", "telemetry.jsonl": [{}]}, **given)
    assert one.digest == two.digest


def test_where_it_lies_is_no_identity(tmp_path: Path, make: Make) -> None:
    near = make(tmp_path / "base", {"w": b"1"}, "base")
    far = make(tmp_path / "a" / "b" / "base", {"w": b"1"}, "base")
    one = make(tmp_path / "one", {"w": b"2"}, inputs=[near])
    two = make(tmp_path / "c" / "two", {"w": b"2"}, inputs=[far])
    assert one.digest == two.digest


@pytest.mark.parametrize(
    "change",
    [{"recipe": {"steps": 4}}, {"seed": 2}, {"contents": {"w": b"2"}}, {"contents": {"v": b"1"}}],
    ids=str,
)
def test_what_it_is_made_from_is_identity(
    tmp_path: Path, make: Make, change: dict[str, Any]
) -> None:
    given: dict[str, Any] = {"contents": {"w": b"1"}}
    one = make(tmp_path / "one", **given)
    assert make(tmp_path / "two", **{**given, **change}).digest != one.digest


def test_an_input_is_identity(tmp_path: Path, make: Make) -> None:
    bases = [make(tmp_path / str(n), {"w": bytes([n])}, "base") for n in (1, 2)]
    made = [make(tmp_path / f"out{n}", {"w": b"1"}, inputs=[base]) for n, base in enumerate(bases)]
    assert made[0].digest != made[1].digest


def _request(**change: Any) -> str:
    given = {"producer": "oilstone-schemas", "recipe": {"a": 1}, "seed": 1, "inputs": []}
    return artifact.request("base", **{**given, **change})


@pytest.mark.parametrize(
    "change",
    [
        {"recipe": {"a": 2}},
        {"seed": 2},
        {"producer": "jsonschema"},
        {"depends": {"rustc": "1.95.0"}},
    ],
    ids=str,
)
def test_a_request_holds_what_determines_the_content(change: dict[str, Any]) -> None:
    assert _request(**change) != _request()


def test_a_request_is_known_before_the_content_is_made() -> None:
    assert _request(recipe={"a": 1, "b": 2}) == _request(recipe={"b": 2, "a": 1})


def test_current_answers_the_same_request(tmp_path: Path, make: Make) -> None:
    made = make(tmp_path / "out", {"w": b"1"})
    assert artifact.current(tmp_path / "out", made.request) == made


def test_current_answers_no_other_request(tmp_path: Path, make: Make) -> None:
    make(tmp_path / "out", {"w": b"1"})
    assert artifact.current(tmp_path / "out", "0" * 64) is None


@pytest.mark.parametrize("name", ["w", "manifest.json"])
def test_a_damaged_artifact_is_not_current(tmp_path: Path, make: Make, name: str) -> None:
    made = make(tmp_path / "out", {"w": b"1"})
    (tmp_path / "out" / name).write_bytes(b"2")
    assert artifact.current(tmp_path / "out", made.request) is None


def test_load_says_which_command_makes_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(OilstoneError, match=r"no artifact there.*oilstone-train base"):
        artifact.load(tmp_path / "base", "base")


def test_load_refuses_another_kind(tmp_path: Path, make: Make) -> None:
    make(tmp_path / "out", {"w": b"1"}, "base")
    with pytest.raises(OilstoneError, match="of kind base, not dataset; `oilstone-data build"):
        artifact.load(tmp_path / "out", "dataset")


def test_load_says_what_to_do_about_another_major(tmp_path: Path, make: Make) -> None:
    make(tmp_path / "out", {"w": b"1"})
    path = tmp_path / "out" / "manifest.json"
    path.write_text(path.read_text().replace("manifest.v1", "manifest.v2"))
    with pytest.raises(OilstoneError, match=r"manifest\.v2.*upgrade oilstone-schemas"):
        artifact.load(tmp_path / "out")


def test_the_manifest_counts_rows(tmp_path: Path, make: Make) -> None:
    made = make(tmp_path / "out", {"a.jsonl": [{}, {}], "b.jsonl.gz": [{}]})
    assert [entry["rows"] for entry in made.data["files"]] == [2, 1]


def test_the_path_of_an_input_is_relative(tmp_path: Path, make: Make) -> None:
    base = make(tmp_path / "base", {"w": b"1"}, "base")
    made = make(tmp_path / "deep" / "out", {"w": b"1"}, inputs=[base])
    assert made.inputs[0]["path"] == "../../base"
