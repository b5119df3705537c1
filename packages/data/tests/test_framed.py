"""Lines read in two pieces say what they say read whole."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_data.engine.framed import Framed, records
from oilstone_data.sources import kinds, strict

LONG = 'fn main() { let text = "a\\tb"; }\n// é好\n' * 40
ROW = {"hexsha": "ab", "size": 12, "content": LONG, "share": 0.5, "star": None}


def spellings(row: dict) -> list[bytes]:
    compact = {"separators": (",", ":"), "ensure_ascii": False}
    made = json.dumps(row), json.dumps(row, ensure_ascii=False), json.dumps(row, **compact)
    return [f"{text}\n".encode() for text in made]


def swapped(old: bytes, new: bytes) -> bytes:
    line = spellings(ROW)[0]
    assert old in line
    return line.replace(old, new, 1)


TEXT = json.dumps(LONG).encode()
ODD = {
    "doubled, first": swapped(b'{"hexsha"', b'{"content": "x", "hexsha"'),
    "doubled, last": swapped(b'"star": null', b'"star": null, "content": "x"'),
    "doubled, in the middle": swapped(TEXT, TEXT + b', "content": ' + TEXT),
    "doubled, escaped": swapped(b'"star": null', b'"star": null, "\\u0063ontent": "x"'),
    "another key twice": swapped(b'"star": null', b'"star": null, "size": 12'),
    "nested": swapped(b"null", b'{"content": "x", "content": "y"}'),
    "nested deeply": swapped(b"null", b"[" * 70 + b"]" * 70),
    "the column is nested": b'{"hexsha": {"a": 1, "content": ' + TEXT + b', "share": 1}}\n',
    "the column is nested, and empty": b'{"a": {"b": 1, "content": '
    + TEXT
    + b'}, "content": ""}\n',
    "no such column": swapped(b'"content"', b'"text"'),
    "a list": swapped(TEXT, b"[" + TEXT + b"]"),
    "two strings": swapped(TEXT, TEXT + b' "x"'),
    "cut off": spellings(ROW)[0][:2000] + b"\n",
    "no end": swapped(b'"star": null}', b'"star": null'),
    "NUL": swapped(TEXT, TEXT[:-1] + b'\\u0000"'),
    "NUL in a key": swapped(b'"star"', b'"st\\u0000r"'),
    "half a pair": swapped(TEXT, TEXT[:-1] + b'\\ud800"'),
    "control character": swapped(TEXT, TEXT[:-1] + b'\x01"'),
    "bad UTF-8": swapped(TEXT, TEXT[:-1] + b'\xff"'),
    "byte order mark": b"\xef\xbb\xbf" + spellings(ROW)[0],
    "carriage return": spellings(ROW)[0][:-1] + b"\r\n",
    "NaN": swapped(b"0.5", b"NaN"),
    "trailing comma": swapped(b"null}", b"null,}"),
    "its own frame inside": spellings({**ROW, "content": LONG + '", "share": 1, "content": "'})[0],
    "as a key's end": swapped(b'"hexsha"', b'"\\"content\\": \\""'),
    "too long": spellings({**ROW, "content": LONG * 9})[0][:9000],
    "too long with blanks": spellings(ROW)[0][:-1].ljust(9000),
}


@pytest.mark.parametrize("line", ODD.values(), ids=ODD.keys())
def test_an_odd_line_after_usual_ones_is_what_it_is_read_whole(line):
    parser = Framed("content", 8999)
    for usual in spellings(ROW):
        assert parser.parse(usual) == parser.parse(usual) == ROW
        assert parser.parse(line) == strict.parse(line, 8999)


names = st.sampled_from(["content", "size", "a", 'b"', "c\\", "é"])
values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
rows = st.dictionaries(names, values | st.just(LONG) | st.lists(values, max_size=2))


@given(st.lists(rows, max_size=6), st.data())
def test_any_lines_are_what_they_are_read_whole(drawn, data):
    parser = Framed("content")
    for row in drawn:
        for line in spellings(row):
            at = data.draw(st.integers(0, len(line)))
            for changed in (line, line[:at] + b'"' + line[at:], line[:at] + line[at + 1 :]):
                assert repr(parser.parse(changed)) == repr(strict.parse(changed))


@pytest.mark.parametrize("more", [{}, {"limit": 3}, {"max_line_bytes": 3000}])
@pytest.mark.parametrize("adapter", ["rust-clean", "plain", "nl2bash"])
def test_a_part_holds_the_records_that_its_source_tells(tmp_path, more, adapter):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"".join([*spellings(ROW), *ODD.values(), *spellings(ROW)]))
    source = {"name": "own", "kind": "jsonl", "path": str(path), "adapter": adapter,
              "columns": {"completion": "content"}, **more}  # fmt: skip
    for part in kinds.inventory(source).parts:
        assert list(records(part)) == list(kinds.records(part))
