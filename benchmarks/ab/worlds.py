"""The situations that are played: success rates, and the candidate's share of the traffic."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Rate = Callable[[float], float]  # of the share of the run that is over


@dataclass(frozen=True)
class World:
    """Independent outcomes of 0 or 1; `effect` is what the candidate adds to the base rate."""

    base: Rate
    effect: float
    traffic: Rate
    steps: int = 20_000

    def draw(self, rng: np.random.Generator, runs: int, step: int):
        """Return (outcomes, treated, probability) of one step in every run."""
        over = step / self.steps
        probability = self.traffic(over)
        treated = rng.random(runs) < probability
        rate = self.base(over) + self.effect * treated
        return (rng.random(runs) < rate).astype(float), treated, probability


def constant(value: float) -> Rate:
    return lambda _: value


def ramp(over: float) -> float:
    return 0.05 if over < 1 / 3 else 0.25 if over < 2 / 3 else 0.5


def drift(over: float) -> float:
    return 0.35 + 0.2 * over


HALF, TENTH, TWENTIETH = constant(0.5), constant(0.1), constant(0.05)
NO_EFFECT = {
    "(a) 0.45, 50/50, a look at every outcome": World(constant(0.45), 0, HALF),
    "(b) ramp 5-25-50 %, base 0.35 to 0.55": World(drift, 0, ramp),
    "(c) 0.98, 10 % traffic": World(constant(0.98), 0, TENTH),
    "(c) 0.995, 5 % traffic": World(constant(0.995), 0, TWENTIETH),
}
WORSE = {
    "3 points worse, 0.45, 50/50": World(constant(0.45), -0.03, HALF),
    "3 points worse, ramp and drift": World(drift, -0.03, ramp),
}
BETTER = {
    "0.45 against 0.50, 50/50": World(constant(0.45), 0.05, HALF),
    "0.45 against 0.50, 10 % traffic": World(constant(0.45), 0.05, TENTH),
}
