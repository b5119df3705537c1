"""Families that tell of things, such as pens in boxes."""

from __future__ import annotations

from oilstone_data.world.math.family import Story, family
from oilstone_data.world.math.ops import ADD, DIVIDE, MULTIPLY, REMAINDER, SUBTRACT, THINGS

ASKED = "How many?"


@family(ASKED, THINGS, THINGS)
def jar(story: Story) -> None:
    """One number of things."""
    story.start(story.rng.randint(5, 30))
    story.say(f"A jar holds {story.value} beans")


@family(ASKED, THINGS, THINGS)
def boxes(story: Story) -> None:
    """So many boxes with so many things each."""
    a, b = story.rng.randint(2, 10), story.rng.randint(2, 5)
    story.say(f"There are {b} boxes of {a} pens")
    story.start(a)
    story.work(MULTIPLY, b)


@family(ASKED, THINGS, THINGS)
def shared(story: Story) -> None:
    """An equal share."""
    a, b = story.rng.randint(2, 10), story.rng.randint(2, 6)
    story.say(f"Share {a * b} sweets by {b}, count one share")
    story.start(a * b)
    story.work(DIVIDE, b)


@family(ASKED, THINGS, THINGS)
def packed(story: Story) -> None:
    """What is left over."""
    a, b = story.rng.randint(10, 30), story.rng.choice((5, 7, 9))
    story.say(f"Of {a} eggs, packs of {b} go")
    story.start(a)
    story.work(REMAINDER, b)


@family(ASKED, THINGS, THINGS)
def found(story: Story) -> None:
    """Some things and some more."""
    a, b = story.rng.randint(2, 24), story.rng.randint(2, 9)
    story.say(f"Tom has {a} shells and finds {b}")
    story.start(a)
    story.work(ADD, b)


@family(ASKED, THINGS, THINGS)
def friends(story: Story) -> None:
    """Somebody has so many, somebody else so many more."""
    a, b = story.rng.randint(2, 12), story.rng.randint(2, 6)
    story.say(f"Ann has {a} stamps, Ben {b} more, count both")
    story.start(a)
    story.work(ADD, b)
    story.work(ADD, a)


@family(ASKED, THINGS, THINGS)
def times_as_many(story: Story) -> None:
    """Somebody has so many, somebody else so many times as many."""
    a, b = story.rng.randint(2, 9), story.rng.randint(2, 4)
    story.say(f"Ann has {a} coins, Ben {b} times as many, count both")
    story.start(a)
    story.work(MULTIPLY, b)
    story.work(ADD, a)


@family(ASKED, THINGS, THINGS)
def picking(story: Story) -> None:
    """So many a day, and some more."""
    a, b, c = story.rng.randint(2, 12), story.rng.randint(2, 5), story.rng.randint(2, 9)
    story.say(f"Eva picks {a} plums on {b} days and then {c}")
    story.start(a)
    story.work(MULTIPLY, b)
    story.work(ADD, c)


@family(ASKED, THINGS, THINGS)
def baking(story: Story) -> None:
    """So many trays, less some."""
    a, b, c = story.rng.randint(2, 12), story.rng.randint(2, 5), story.rng.randint(2, 9)
    story.say(f"Max bakes {b} trays of {a} rolls and sells {c}")
    story.start(a)
    story.work(MULTIPLY, b)
    story.work(SUBTRACT, c)


@family(ASKED, THINGS, THINGS)
def bags(story: Story) -> None:
    """So many bags of a total, at a price each."""
    a, b, c = story.rng.randint(2, 12), story.rng.randint(2, 9), story.rng.randint(2, 5)
    story.say(f"Bags of {b} hold {a * b} nuts and bring {c} coins each")
    story.start(a * b)
    story.work(DIVIDE, b)
    story.work(MULTIPLY, c)


@family(ASKED, THINGS, THINGS)
def twice_shared(story: Story) -> None:
    """A share of a share."""
    a, b, c = story.rng.randint(2, 8), story.rng.randint(2, 5), story.rng.randint(2, 5)
    story.say(f"Share {a * b * c} cards by {b} and again by {c}, count one share")
    story.start(a * b * c)
    story.work(DIVIDE, b)
    story.work(DIVIDE, c)
