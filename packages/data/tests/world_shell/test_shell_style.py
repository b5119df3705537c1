"""The two styles as tools and marks see them."""

import random
import subprocess

import pytest

from oilstone_data.world.combination import combinations
from oilstone_data.world.shell.catalogue import FAMILIES
from oilstone_data.world.shell.family import answer
from oilstone_data.world.shell.marks import IDIOMATIC, LOW_QUALITY, signals

BOTH = [
    answer(member.family, member.ops, random.Random(member.name))[0]
    for family in FAMILIES.values()
    for member in combinations(family)
]


def flagged(shellcheck: str, commands: list[str], folder) -> int:
    """How many of the commands shellcheck has something to say about."""
    for number, command in enumerate(commands):
        (folder / f"{number}.sh").write_text(command)
    argv = [shellcheck, "--norc", "--shell=bash", "--format=gcc", *sorted(folder.iterdir())]
    lines = subprocess.run(argv, capture_output=True, text=True).stdout.splitlines()
    return len({line.partition(":")[0] for line in lines})


def test_shellcheck_has_nothing_to_say_about_careful_commands(shellcheck, tmp_path):
    assert flagged(shellcheck, [each.sharp for each in BOTH[::8]], tmp_path) == 0


def test_shellcheck_sees_through_most_careless_commands(shellcheck, tmp_path):
    some = [each.plain for each in BOTH[::16]]
    assert flagged(shellcheck, some, tmp_path) > 0.7 * len(some)


def test_careful_commands_have_marks_of_care_alone():
    for each in BOTH:
        found = signals(each.sharp)
        assert found["idiomatic"] >= 1 and found["low_quality"] == 0, each.sharp


def test_careless_commands_have_marks_of_carelessness_alone():
    for each in BOTH:
        found = signals(each.plain)
        assert found["low_quality"] >= 1 and found["idiomatic"] == 0, each.plain


def test_every_mark_is_earned_by_some_command():
    counts = [signals(text) for each in BOTH for text in (each.plain, each.sharp)]
    assert max(found["idiomatic"] for found in counts) >= 2
    assert max(found["low_quality"] for found in counts) >= 2
    assert len(IDIOMATIC) == len(LOW_QUALITY) == 6


def test_no_command_is_longer_than_five_lines():
    """More lines would not count as a command and nothing else."""
    for each in BOTH:
        assert each.sharp.count("\n") <= 5, each.sharp


@pytest.mark.parametrize(
    ("command", "idiomatic", "low_quality"),
    [
        ('cat "$f"', 1, 0),
        ("cat $f", 0, 1),
        ("cat $f | sort", 0, 2),
        ("find . -print0 | xargs -0 cat --", 2, 0),
        ("find . | xargs cat", 0, 1),
        ("[[ $f == *.txt ]]", 0, 0),
    ],
)
def test_marks_are_counted_once_each(command, idiomatic, low_quality):
    found = signals(command)
    assert (found["idiomatic"], found["low_quality"]) == (idiomatic, low_quality)
