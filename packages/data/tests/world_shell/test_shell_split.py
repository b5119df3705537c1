"""What the world holds out, and the datasets that are built of it."""

import json
import random

import pytest

from oilstone_data.world.combination import groups
from oilstone_data.world.shell import WORLD
from oilstone_data.world.shell.catalogue import FAMILIES
from oilstone_data.world.shell.skeleton import skeleton
from oilstone_data.world.split import split
from oilstone_schemas import jsonl

HELD_OUT = ["find_lines", "numbered", "rank", "together"]
RECIPE = {
    "seed": 3,
    "system_prompt": "",
    "world": {
        "language": "shell", "rows": 600, "plain_share": 0.5, "tests": 2, "eval_rows": 40,
        "held_out": {"families": HELD_OUT, "combination_share": 0.15, "eval_share": 0.05,
                     "problems_per_family": 3},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def built(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shell")
    (folder / "data.yaml").write_text(json.dumps(RECIPE))
    made = run("build", folder / "data.yaml", "--out", folder / "data")
    assert made.returncode == 0, made.stderr
    return folder / "data"


def test_no_skeleton_stands_on_two_sides():
    sides = split(WORLD, HELD_OUT, 0.15, 0.05, random.Random(3))
    of = {
        name: {skeleton(text) for group in getattr(sides, name).values() for m in group
               for text in WORLD.answers(m)}
        for name in ("train", "eval", "combination", "family")
    }  # fmt: skip
    assert not of["train"] & (of["eval"] | of["combination"] | of["family"])
    assert not of["eval"] & (of["combination"] | of["family"])
    assert {m.family.name for g in sides.family.values() for m in g} == set(HELD_OUT)


def test_the_files_of_a_dataset_share_no_skeleton(built):
    train, eval_, test = (
        {skeleton(row["completion"]) for row in jsonl.read(built / f"{side}.jsonl", "row.v1")}
        for side in ("train", "eval", "test")
    )
    assert not train & test and not eval_ & test and not train & eval_


def test_no_group_is_most_of_its_family():
    for name in FAMILIES:
        found = groups(WORLD, [name])
        assert max(map(len, found.values())) * 5 < sum(map(len, found.values())), name


def test_problems_bring_their_folder_and_the_careful_answer(built, run):
    out = built.parent / "problems"
    made = run("export", built, "--as", "problems", "--out", out)
    assert made.returncode == 0, made.stderr
    found = list(jsonl.read(out / "problems.jsonl", "problem.v1"))
    assert found and {row["language"] for row in found} == {"shell"}
    for row in found:
        assert row["checker"] == "shell_command" and row["reference"]
        assert any(" " in path for path in row["fixture"])


def test_the_same_seed_draws_the_same_rows(built, run):
    again = built.parent / "again"
    assert run("build", built.parent / "data.yaml", "--out", again).returncode == 0
    for side in ("train", "eval", "test"):
        name = f"{side}.jsonl"
        assert (again / name).read_bytes() == (built / name).read_bytes()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("grep -v rust -- *.txt", "grep -v iron -- *.log"),
        ("head -n 3 < \"$f\"", "head -n 5 < \"$f\""),
        ("find . -name '*.md'", "find . -name '*.csv'"),
    ],
)  # fmt: skip
def test_constants_do_not_count(one, other):
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("grep -v rust", "grep -w rust"),
        ("grep '^rust'", "grep 'rust$'"),
        ("sort < x", "tac < x"),
        ("find . -name '*.md'", "find . -iname '*.md'"),
        ('cat "$f"', "cat $f"),
    ],
)
def test_programs_options_and_quotes_count(one, other):
    assert skeleton(one) != skeleton(other)
