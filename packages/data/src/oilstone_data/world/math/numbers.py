"""Families that speak of numbers alone."""

from __future__ import annotations

from collections.abc import Sequence

from oilstone_data.world.math.family import FAMILIES, Family, Story, family
from oilstone_data.world.math.ops import (
    ADD,
    BOTH,
    DIVIDE,
    LARGER,
    MULTIPLY,
    NUMBERS,
    SQUARE,
    SUBTRACT,
    Op,
)
from oilstone_data.world.math.step import Unfit

ASKED = "How much?"


@family(ASKED, NUMBERS, NUMBERS)
def start(story: Story) -> None:
    """One number."""
    story.start(story.rng.randint(2, 30))
    story.say(f"Start with {story.value}")


@family(ASKED, NUMBERS, NUMBERS)
def add_two(story: Story) -> None:
    """A sum."""
    a, b = story.rng.randint(2, 24), story.rng.randint(2, 9)
    story.say(f"Add {a} and {b}")
    story.start(a)
    story.work(ADD, b)


@family(ASKED, NUMBERS, NUMBERS)
def take_away(story: Story) -> None:
    """A difference."""
    a, b = story.rng.randint(11, 30), story.rng.randint(2, 9)
    story.say(f"Take {b} from {a}")
    story.start(a)
    story.work(SUBTRACT, b)


@family(ASKED, NUMBERS, NUMBERS)
def multiply_two(story: Story) -> None:
    """A product."""
    a, b = story.rng.randint(2, 10), story.rng.randint(2, 5)
    story.say(f"Multiply {a} by {b}")
    story.start(a)
    story.work(MULTIPLY, b)


@family(ASKED, NUMBERS, NUMBERS)
def divide_two(story: Story) -> None:
    """A quotient."""
    a, b = story.rng.randint(2, 10), story.rng.randint(2, 6)
    story.say(f"Divide {a * b} by {b}")
    story.start(a * b)
    story.work(DIVIDE, b)


@family(ASKED, NUMBERS, NUMBERS)
def square_of(story: Story) -> None:
    """A square."""
    story.start(story.rng.randint(2, 5))
    story.say(f"Square {story.value}")
    story.work(SQUARE)


@family(ASKED, NUMBERS, NUMBERS)
def larger_of(story: Story) -> None:
    """The larger of two numbers."""
    a, b = story.rng.randint(2, 30), story.rng.choice((5, 10, 20))
    story.say(f"Larger of {a} and {b}")
    story.start(a)
    story.work(LARGER, b)


@family(ASKED, NUMBERS, NUMBERS)
def average_of(story: Story) -> None:
    """The average of two numbers."""
    a, b = story.rng.randint(2, 20), story.rng.randint(2, 9)
    story.say(f"Average of {a} and {b}")
    story.start(a)
    story.work(ADD, b)
    story.work(DIVIDE, 2)


@family(ASKED, NUMBERS, NUMBERS)
def between(story: Story) -> None:
    """How many numbers there are from one to another."""
    a, b = story.rng.randint(2, 9), story.rng.randint(11, 30)
    story.say(f"Count from {a} to {b}")
    story.start(b)
    story.work(SUBTRACT, a)
    story.work(ADD, 1)


def _two_values(story: Story, ops: Sequence[Op]) -> None:
    *alone, combine = ops
    known = []
    for name, op in zip("xy", alone, strict=True):
        story.start(story.rng.randint(2, 20))
        story.say(f"{name} is {story.value}")
        story.apply(op)
        known.append((story.value, story.truth))
    (story.value, story.truth), (y, counted) = known
    if y > 9:
        raise Unfit
    story.combine(combine, y, counted)


FAMILIES["two_values"] = Family("two_values", (NUMBERS, NUMBERS, BOTH), _two_values, ASKED)
