"""How many tokens take their gradient at one memory: many at first, then ever fewer."""

import math
from collections.abc import Mapping
from typing import Any

Settings = Mapping[str, Any]


def size(step: int, settings: Settings) -> int:
    """Return the chunk size of a step, counted from 0.

    `settings` is the recipe's `memory.schedule`. With `soft` steps, each change is spread over so
    many: the floor of the mean size of these steps and the one before them.
    """
    steps = range(max(0, step - settings["soft"]), step + 1)
    missing = settings["soft"] + 1 - len(steps)  # before the first step it was as at the first
    shape = _SHAPES[settings["shape"]]
    total = sum(shape(s, settings) for s in steps) + missing * shape(0, settings)
    return int(max(1, total // (settings["soft"] + 1)))


def transitions(steps: int, settings: Settings) -> list[tuple[int, int]]:
    """Return (step, new size) of every change in so many steps."""
    sizes = [size(step, settings) for step in range(steps)]
    return [(step, new) for step, new in enumerate(sizes) if step and new != sizes[step - 1]]


def _constant(step: int, settings: Settings) -> int:
    return int(settings["start"])


def _exponential(step: int, settings: Settings) -> int:
    """C(t) = max(1, floor(start * gamma^t)): through every whole number, the first change at 1."""
    return max(1, math.floor(float(settings["start"]) * float(settings["gamma"]) ** step))


def _powers_of_two(step: int, settings: Settings) -> int:
    """Return the least power of two that is not below start * gamma^t."""
    exact = float(settings["start"]) * float(settings["gamma"]) ** step
    power = max(0, math.ceil(math.log2(exact)))
    return int(2**power)


def _cosine(step: int, settings: Settings) -> int:
    """Fall from start to 1 in `steps` steps, along half a cosine."""
    share = min(1.0, step / settings["steps"])
    return 1 + math.floor((int(settings["start"]) - 1) * (1 + math.cos(math.pi * share)) / 2)


def _listed(step: int, settings: Settings) -> int:
    """Return the size of the last of `sizes`, pairs of step and size, that has begun."""
    begun = [new for begin, new in settings["sizes"] if begin <= step]
    return int(begun[-1]) if begun else int(settings["start"])


_SHAPES = {
    "constant": _constant,
    "exponential": _exponential,
    "powers_of_two": _powers_of_two,
    "cosine": _cosine,
    "step": _listed,
}
