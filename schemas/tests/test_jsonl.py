import errno
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_schemas import jsonl
from oilstone_schemas.command import MissingTool, OilstoneError

ROWS = st.lists(
    st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.booleans()), max_size=5
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rows")


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
@given(rows=ROWS)
def test_round_trip(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    jsonl.write(folder / name, rows)
    assert list(jsonl.read(folder / name)) == rows


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_equal_rows_give_equal_bytes(tmp_path: Path, name: str) -> None:
    (tmp_path / "b").mkdir()
    jsonl.write(tmp_path / name, [{"b": 1, "a": "ü"}])
    jsonl.write(tmp_path / "b" / name, [{"b": 1, "a": "ü"}])
    assert (tmp_path / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_one_compact_row_a_line(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "a.jsonl", [{"b": 1, "a": "ü\n"}, {}])
    assert (tmp_path / "a.jsonl").read_bytes() == '{"b":1,"a":"ü\\n"}\n{}\n'.encode()


def test_write_returns_the_number_of_rows(tmp_path: Path) -> None:
    assert jsonl.write(tmp_path / "a.jsonl", iter([{}, {}, {}])) == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"a":1}\n{"a":', r"a.jsonl:2: the last line is cut off"),
        (b'{"a":1}\n{"a":2}', r"a.jsonl:2: the last line is cut off"),
        (b'{"a":1}\n{"a":\n', r"a.jsonl:2: not strict JSON"),
        (b'{"a":NaN}\n', r"a.jsonl:1: not strict JSON: NaN"),
        (b'{"a":1,"a":2}\n', r"a.jsonl:1: not strict JSON: the key 'a' stands there twice"),
        (b"{}\n\n{}\n", r"a.jsonl:2: not strict JSON"),
        (b"{}\n[1]\n", r"a.jsonl:2: a row is a JSON object, this is list"),
        (b'{"a":"\xff"}\n', r"a.jsonl:1: not strict JSON"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.jsonl").write_bytes(content)
    with pytest.raises(OilstoneError, match=message):
        list(jsonl.read(tmp_path / "a.jsonl"))


def test_rows_before_the_bad_one_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"a":1}\n{')
    assert next(jsonl.read(tmp_path / "a.jsonl")) == {"a": 1}


@pytest.mark.parametrize("cut", [5, 20, -1])
def test_a_cut_off_gzip_is_named(tmp_path: Path, cut: int) -> None:
    whole = gzip.compress(b'{"a":1}\n' * 50)
    (tmp_path / "a.jsonl.gz").write_bytes(whole[:cut])
    with pytest.raises(OilstoneError, match=r"a\.jsonl\.gz:\d+: the compressed file is cut off"):
        list(jsonl.read(tmp_path / "a.jsonl.gz"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(OilstoneError, match=r"none\.jsonl: No such file"):
        list(jsonl.read(tmp_path / "none.jsonl"))


def test_reading_names_a_breach_of_the_schema(
    tmp_path: Path, example: Callable[[str], Any]
) -> None:
    good = example("sample.v1/valid/stopped.json")
    jsonl.write(tmp_path / "a.jsonl", [good, {**good, "seconds": -1}])
    with pytest.raises(OilstoneError, match=r"a\.jsonl:2: \$\.seconds: -1 is less than"):
        list(jsonl.read(tmp_path / "a.jsonl", "sample.v1"))


@pytest.mark.parametrize("row", [{"a": float("nan")}, {"a": {1}}], ids=["NaN", "set"])
def test_a_row_that_cannot_be_json_is_named(tmp_path: Path, row: dict[str, Any]) -> None:
    with pytest.raises(OilstoneError, match=r"a\.jsonl: row 2: cannot be written"):
        jsonl.write(tmp_path / "a.jsonl", [{}, row])


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "a.jsonl", [{"a": 1}])
    with pytest.raises(OilstoneError):
        jsonl.write(tmp_path / "a.jsonl", [{"a": 2}, {}], "sample.v1")
    assert (tmp_path / "a.jsonl").read_text() == '{"a":1}\n'


def test_a_failed_write_leaves_nothing_else(tmp_path: Path) -> None:
    with pytest.raises(OilstoneError):
        jsonl.write(tmp_path / "a.jsonl", [{"a": 2}], "sample.v1")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_something_missing_on_this_machine(tmp_path: Path) -> None:
    """/dev/full answers every write as a full disk does."""
    (tmp_path / ".a.jsonl.tmp").symlink_to("/dev/full")
    with pytest.raises(MissingTool, match="no space left") as caught:
        jsonl.write(tmp_path / "a.jsonl", [{"a": "x" * 10**6}])
    cause = caught.value.__cause__
    assert isinstance(cause, OSError) and cause.errno == errno.ENOSPC
