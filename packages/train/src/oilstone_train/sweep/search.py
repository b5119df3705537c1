"""Which configurations are tried. The first is always the default: no change at all."""

import itertools
import math
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from oilstone_schemas.command import OilstoneError

Change = dict[str, Any]  # key of the phase recipe: value
DEFAULT: Change = {}


def configurations(recipe: Mapping[str, Any]) -> list[Change]:
    """Return the changes to try, the default first, each once. Raises OilstoneError at a range
    where only values make sense."""
    if recipe["method"] == "random":
        return _once([DEFAULT, *_drawn(recipe)])
    ranges = [key for key, values in recipe["over"].items() if isinstance(values, Mapping)]
    if ranges:
        raise OilstoneError(
            f"over.{ranges[0]}: a range is for `method: random`; {recipe['method']} needs a list"
        )
    keys, lists = recipe["over"].keys(), recipe["over"].values()
    grid = (dict(zip(keys, values, strict=True)) for values in itertools.product(*lists))
    return _once([DEFAULT, *grid])


def rungs(configurations: int, factor: int) -> list[int]:
    """Return the divisors of the steps, rung by rung, down to 1: successive halving's budget.

    A rung keeps one in `factor`, so there are as many as it takes to be left with one.
    """
    count = max(1, math.ceil(math.log(max(configurations, 1), factor)))
    return [factor**power for power in range(count, -1, -1)]


def survivors(ranked: Sequence[Change], factor: int) -> list[Change]:
    """Return the best one in `factor`, best first; the default always goes on, to be beaten."""
    kept = list(ranked[: max(1, len(ranked) // factor)])
    return kept if DEFAULT in kept else [*kept, DEFAULT]


def _drawn(recipe: Mapping[str, Any]) -> Iterable[Change]:
    rng = random.Random(recipe["seed"])
    for _ in range(recipe["trials"]):
        yield {key: _value(values, rng) for key, values in recipe["over"].items()}


def _value(values: Any, rng: random.Random) -> Any:
    if not isinstance(values, Mapping):
        return rng.choice(values)
    low, high = values["low"], values["high"]
    if not values.get("log"):
        return rng.uniform(low, high)
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def _once(changes: Iterable[Change]) -> list[Change]:
    return [dict(pairs) for pairs in dict.fromkeys(tuple(change.items()) for change in changes)]
