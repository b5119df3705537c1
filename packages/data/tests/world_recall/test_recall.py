"""The world of recall: what is asked for stands far away, and what is held out is never shown."""

import random
import re

import pytest

from oilstone_data.world.combination import combinations
from oilstone_data.world.recall import WORLD
from oilstone_data.world.recall.notes import LAST, notes

NOTE = re.compile(r"(\w+ \w+)=(\d{6})")


def drawn(unseen, count=300):
    rng = random.Random(3)
    return [notes(unseen, 6, 4, rng) for _ in range(count)]


@pytest.mark.parametrize("unseen", [False, True])
def test_every_note_of_a_name_tells_its_number_once(unseen):
    for found in drawn(unseen):
        told = [number for name, number in NOTE.findall(found.prompt) if name == found.name]
        assert told == [found.number]


def test_no_name_or_number_stands_on_both_sides():
    seen, held = (
        {part for found in drawn(side) for note in NOTE.findall(found.prompt) for part in note}
        for side in (False, True)
    )
    assert len(seen) > 500 and len(held) > 250 and not seen & held


def test_every_held_out_word_is_known_from_other_names():
    seen, held = (
        {word for found in drawn(side) for word in re.findall(r"[a-z]+", found.prompt)}
        for side in (False, True)
    )
    assert held <= seen


def test_question_and_notes_are_far_from_the_answer():
    for found in drawn(True):
        assert found.prompt.startswith(f"```math\n{found.name}\n```\n")
        assert len(found.prompt.rpartition("=")[2].split()) > LAST


def test_a_row_is_answered_by_its_final_number():
    family = WORLD.families["unseen"]
    row = WORLD.draw(combinations(family)[0], "idiomatic", 2, random.Random(0))
    assert row["completion"].endswith(f"={row['answer']}\n") and row["checker"] == "final_answer"
