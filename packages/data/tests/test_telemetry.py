"""What a build tells about itself: counts, waterfall, `explain`, `stats`."""

import json
import xml.etree.ElementTree as xml
from collections import Counter

import pytest

from oilstone_data.books import Books, Entry, line
from oilstone_data.telemetry import waterfall
from oilstone_schemas import artifact


@pytest.fixture(scope="module")
def built(foreign_folder):
    foreign = foreign_folder("told")
    good = [{"completion": foreign.good.replace("double", f"f{i}")} for i in range(30)]
    source = foreign.lines([*good, {"completion": "#[test]\nfn a() {}"}, b"{", *good[:2]])
    rules = {"min_length": 5, "prefer_documented": True}
    return foreign, foreign.build(foreign.recipe(source, rust=rules, dedup={"threshold": None}))


def test_counts_read_as_people_write_them():
    assert line(50_000, {"too_short": 655, "not_idiomatic": 37_000}) == (
        "12345/50000 passed (24.7 %), 37655 refused: 37000 not_idiomatic, 655 too_short"
    )


def test_nothing_read_is_no_division_by_zero():
    assert line(0, {}) == "0/0 passed (0.0 %), 0 refused: none"


def test_the_build_says_the_counts_of_each_stage(built):
    foreign, out = built
    said = foreign.run("stats", out).stdout
    assert "read: 33/34 passed (97.1 %), 1 refused: 1 not_json" in said
    assert "rust: 32/33 passed (97.0 %), 1 refused: 1 test_file" in said
    assert "dedup: 30/32 passed (93.8 %), 2 refused: 2 duplicate" in said


def test_stats_as_json_agree_with_the_manifest(built):
    foreign, out = built
    found = json.loads(foreign.run("stats", out, "--json").stdout)
    counts = artifact.load(out).counts
    assert {s: found["sides"][s]["rows"] for s in ("train", "eval", "test")} == {
        s: counts[s] for s in ("train", "eval", "test")
    }


def test_the_waterfall_is_an_image_whose_numbers_are_the_books(built):
    _, out = built
    root = xml.fromstring((out / "waterfall.svg").read_text())
    texts = ["".join(node.itertext()) for node in root.iter() if node.tag.endswith("text")]
    assert "34 (100.0 %)" in texts and "30 (88.2 %)" in texts
    assert "rust: test_file" in texts and "dedup: duplicate" in texts


def test_the_bars_of_a_waterfall_end_with_what_is_left():
    books = Books()
    books.add(Entry("a", "read", 10, Counter(nul=3), 7))
    books.add(Entry("a", "adapt", 7, Counter(), 14))
    books.add(Entry("a", "rust", 14, Counter(too_short=4), 10))
    bars = waterfall.bars(books)
    assert [(bar.label, bar.rows) for bar in bars] == [
        ("read", 10), ("read: nul", 3), ("adapt: one row per solution", 14),
        ("rust: too_short", 4), ("left", 10),
    ]  # fmt: skip


def test_labels_of_a_waterfall_cannot_break_the_image():
    books = Books()
    books.add(Entry("a", "read", 1, Counter({"<&>": 1})))
    assert xml.fromstring(waterfall.draw(books)) is not None


def test_explain_tells_why_a_row_was_kept(built):
    foreign, out = built
    row = next(iter(foreign.kept(out)))
    found = json.loads(foreign.run("explain", out, row, "--json").stdout)
    assert found["status"] == "kept" and found["stages"] == ["read", "adapt", "rust", "dedup"]
    assert "documented" in found["marks"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("own/31", "stage rust: test_file: holds test code"),
        ("own/32", "stage read: not_json"),
        ("own/33", "stage dedup: duplicate: the same words as own/1"),
    ],
)
def test_explain_tells_why_a_row_was_refused(built, row, said):
    foreign, out = built
    assert said in foreign.run("explain", out, row).stdout


def test_explain_of_a_row_that_never_came_is_exit_2(built):
    foreign, out = built
    made = foreign.run("explain", out, "own/99")
    assert made.returncode == 2 and "own/99" in made.stderr and "own/" in made.stderr


def test_the_manifest_names_sources_licences_hashes_and_tools(built):
    _, out = built
    details = artifact.load(out).data["details"]
    (source,) = details["sources"]
    assert source["licence"] == "MIT" and len(source["sha256"]) == 64
    assert details["tools"]["google-re2"] and details["stage_sha256"].keys() == {"filter", "dedup"}
