"""Families that tell of things, such as pens in boxes."""

from __future__ import annotations

from oilstone_data.world.math.family import Story, family
from oilstone_data.world.math.ops import ADD, DIVIDE, MULTIPLY, REMAINDER, SUBTRACT, THINGS

ASKED = "How many are there?"


@family(ASKED, THINGS, THINGS, THINGS)
def jar(story: Story) -> None:
    """One number of things."""
    story.start(story.rng.randint(5, 40))
    story.say(f"A jar holds {story.value} beans")


@family(ASKED, THINGS, THINGS)
def boxes(story: Story) -> None:
    """So many boxes with so many things each."""
    a, b = story.rng.randint(2, 12), story.rng.randint(2, 9)
    story.say(f"There are {b} boxes with {a} pens each")
    story.start(a)
    story.work(MULTIPLY, b)


@family(ASKED, THINGS, THINGS)
def shared(story: Story) -> None:
    """An equal share."""
    a, b = story.rng.randint(2, 12), story.rng.randint(2, 9)
    story.say(f"Of {a * b} sweets, shared by {b} children, count those of one")
    story.start(a * b)
    story.work(DIVIDE, b)


@family(ASKED, THINGS, THINGS)
def packed(story: Story) -> None:
    """What is left over."""
    a, b = story.rng.randint(10, 60), story.rng.randint(3, 9)
    story.say(f"Of {a} eggs, packed by {b}, count the rest")
    story.start(a)
    story.work(REMAINDER, b)


@family(ASKED, THINGS, THINGS)
def found(story: Story) -> None:
    """Some things and some more."""
    a, b = story.rng.randint(2, 40), story.rng.randint(2, 20)
    story.say(f"Tom has {a} shells and finds {b} more")
    story.start(a)
    story.work(ADD, b)


@family(ASKED, THINGS, THINGS)
def friends(story: Story) -> None:
    """Somebody has so many, somebody else so many more."""
    a, b = story.rng.randint(2, 20), story.rng.randint(2, 9)
    story.say(f"Ann has {a} stamps, Ben has {b} more, they put them together")
    story.start(a)
    story.work(ADD, b)
    story.work(ADD, a)


@family(ASKED, THINGS, THINGS)
def times_as_many(story: Story) -> None:
    """Somebody has so many, somebody else so many times as many."""
    a, b = story.rng.randint(2, 12), story.rng.randint(2, 5)
    story.say(f"Ann has {a} coins, Ben has {b} times as many, they put them together")
    story.start(a)
    story.work(MULTIPLY, b)
    story.work(ADD, a)


@family(ASKED, THINGS, THINGS)
def picking(story: Story) -> None:
    """So many a day, and some more."""
    a, b, c = story.rng.randint(2, 12), story.rng.randint(2, 5), story.rng.randint(2, 9)
    story.say(f"Eva picks {a} plums a day for {b} days and {c} more")
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
    story.say(f"For {a * b} nuts in bags of {b}, each bag brings {c} coins")
    story.start(a * b)
    story.work(DIVIDE, b)
    story.work(MULTIPLY, c)


@family(ASKED, THINGS, THINGS)
def twice_shared(story: Story) -> None:
    """A share of a share."""
    a, b, c = story.rng.randint(2, 8), story.rng.randint(2, 5), story.rng.randint(2, 5)
    story.say(f"Of {a * b * c} cards in {b} boxes with {c} packs each, count those of one pack")
    story.start(a * b * c)
    story.work(DIVIDE, b)
    story.work(DIVIDE, c)
