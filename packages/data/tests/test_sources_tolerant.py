"""Foreign JSON Lines: what is broken is refused with its line and reason, the rest goes on."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_data.sources import lines
from oilstone_data.sources.strict import parse
from oilstone_data.stage import Refusal
from oilstone_schemas import artifact

OK = {"completion": "fn a() {}"}
BROKEN = {
    "bad_utf8": b'{"completion": "\xff"}',
    "nul": b'{"completion": "\x00"}',
    "line_too_long": b'{"completion": "%b"}' % (b"x" * (10 << 20)),
    "nested_too_deeply": b'{"completion": ' + b"[" * 3000 + b"]" * 3000 + b"}",
    "doubled_key": b'{"completion": "a", "completion": "b"}',
    "byte_order_mark": b'\xef\xbb\xbf{"completion": "a"}',
    "carriage_return": b'{"completion": "a"}\r',
    "not_json": b'{"completion": NaN}',
    "lone_surrogate": b'{"completion": "\\ud800"}',
    "not_an_object": b"[1]",
    "empty_line": b"",
}


@pytest.fixture(scope="module")
def built(foreign_folder):
    foreign = foreign_folder("broken")
    source = foreign.lines([text for broken in BROKEN.values() for text in (broken, OK)])
    return foreign, foreign.build(foreign.recipe(source))


def test_each_broken_line_is_refused_with_its_number_and_reason(built):
    foreign, out = built
    assert foreign.refused(out) == {2 * i + 1: reason for i, reason in enumerate(BROKEN)}


def test_the_lines_between_are_kept(built):
    foreign, out = built
    assert set(foreign.kept(out)) == {f"own/{2 * i + 2}" for i in range(len(BROKEN))}


def test_a_refused_line_is_kept_as_text_of_a_bounded_length(built):
    foreign, out = built
    rows = [row["row"] for row in foreign.read(out / "refused.jsonl")]
    assert all(isinstance(row, dict) or len(row) < 10_000 for row in rows)


def test_the_artifact_holds_together_and_follows_its_schemas(built):
    _, out = built
    assert artifact.verify(out, deep=True, search=[]) == []


@pytest.mark.parametrize(
    "line",
    [
        b'{"a": 1, "a": 2}',
        b'{"a" : 1, "a"\t: 2}',
        b'{"a": {"b": 1, "b": 2}}',
        b'{"a\\\\": 1, "a\\\\": 2, "b": " : "}',
        b'{"x": {"a\\\\": 1, "a\\\\": 2, "b": " : "}}',
        b'{"\\u0061": 1, "a": 2}',
        b'{"a": "\\":", "a": " :"}',
        b'{"a": "", "b": "\\u003a", "a": ""}',
        b'{"":0,"":0}',
        b'{"a": {"b": "\\u003a", "a": 1, "a": 1}}',
        b'{"a\\\\\\\\\\\\": 1, "a\\\\\\\\\\\\": 2}',
        b'{"' + "\u20ac".encode() + b'":1,"\\u20ac":1}',
        b'{"a": 1e300, "b": 0, "a": 1}',
        b'{"":"","":"","\\\\\\\\":"",":\\\\\\\\":"","\\\\\\\\\\\\":""}',
    ],
)
def test_a_doubled_key_is_found_however_it_is_written(line):
    found = parse(line)
    assert isinstance(found, Refusal) and found.reason == "doubled_key"


TEXT = st.text(alphabet=st.sampled_from('ab"\\: \t\n{},'), max_size=12)
INTEGERS = st.integers(-(1 << 63), (1 << 64) - 1)


@given(st.dictionaries(TEXT, st.one_of(TEXT, INTEGERS, st.dictionaries(TEXT, TEXT))))
def test_no_plain_object_is_refused(row):
    for line in (json.dumps(row), json.dumps(row, separators=(" ,", " : "))):
        assert parse(line.encode()) == row


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1))
def test_an_object_is_refused_exactly_when_a_key_stands_twice(pairs):
    inside = ",".join(f"{json.dumps(key)}:{json.dumps(value)}" for key, value in pairs)
    line = f"{{{inside}}}".encode()
    doubled = len({key for key, _ in pairs}) < len(pairs)
    assert isinstance(parse(line), Refusal) == doubled


@given(st.lists(st.binary(max_size=40).map(lambda b: b.replace(b"\n", b"") + b"\n")))
def test_lines_come_as_they_are(rows):
    content = b"".join(rows)
    assert list(lines.read(io.BytesIO(content), len(content))) == rows


def test_a_line_too_long_is_skipped_and_the_next_one_read():
    content = b"a" * 50 + b"\nbb\n" + b"c" * 3_000_000 + b"\n" + b"d" * 40 + b"\n" + b"e" * 41
    found = list(lines.read(io.BytesIO(content), len(content), longest=40))
    assert found == [b"a" * 41, b"bb\n", b"c" * 41, b"d" * 40 + b"\n", b"e" * 41]
    assert [parse(line, 40).reason for line in found] == [
        "line_too_long", "not_json", "line_too_long", "not_json", "line_too_long"
    ]  # fmt: skip
