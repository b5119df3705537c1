"""The rivals and our evidence, over many runs at once: one step is one outcome in every run.

`Betting` repeats oilstone_registry.evidence.Evidence operation by operation, and `Ratio` its
sibling; a test asserts that both give the same bits as the product, run for run.
"""

import math

import numpy as np

from oilstone_registry import evidence, ratio

EFFECTS = np.array(evidence.EFFECTS)


class Betting:
    """Evidence, vectorised over runs."""

    name = "betting e-process (ours)"

    def __init__(self, runs: int, margin: float = 0.0) -> None:
        self.margin, self.n = margin, 0
        self.mean, self.variance = np.full(runs, 0.5), np.full(runs, 0.25)
        self.up = np.tile(np.array(evidence.STAKES)[:, None], (1, runs))
        self.down = self.up.copy()

    def step(self, outcome: np.ndarray, treated: np.ndarray, probability: float) -> np.ndarray:
        """Add one outcome per run; return +1, 0 or -1 for better, undecided, worse."""
        p, other = probability, 1.0 - probability
        residual = outcome - self.mean
        x = np.where(treated, residual / p, -residual / other)
        least = min(p, other)
        most = 0.9 * least / (1.0 + self.margin * least)
        bets = np.minimum(EFFECTS[:, None] * (p * other / self.variance), most)
        bets *= x + self.margin
        self.up += self.up * bets
        self.down -= self.down * bets
        self.n += 1
        weight = self.n + evidence.PRIOR
        self.mean += residual / weight
        spread = self.variance + (residual * residual - self.variance) / weight
        self.variance = np.maximum(spread, evidence.LEAST_VARIANCE)
        self.better, self.worse = _added(self.up), _added(self.down)
        limit = evidence.needed(evidence.ALPHA)
        return (self.better >= limit).astype(int) - (self.worse >= limit)


def _added(wealth: np.ndarray) -> np.ndarray:
    total = wealth[0]
    for row in wealth[1:]:
        total = total + row
    return total


class Ratio:
    """The sequential sample-ratio test, vectorised over runs; one planned share only."""

    def __init__(self, runs: int) -> None:
        self.candidate, self.n = np.zeros(runs), 0
        self.factor, self.highest = np.ones(runs), np.ones(runs)

    def step(self, treated: np.ndarray, probability: float) -> None:
        weight = ratio.CONCENTRATION
        predicted = (weight * probability + self.candidate) / (weight + self.n)
        against = np.where(treated, predicted / probability, (1 - predicted) / (1 - probability))
        self.factor = self.factor * against
        self.highest = np.maximum(self.highest, self.factor)
        self.candidate += treated
        self.n += 1


class Counts:
    """What the rivals see: units and successes of each arm."""

    def __init__(self, runs: int) -> None:
        self.n1, self.s1, self.n0, self.s0 = (np.zeros(runs) for _ in range(4))
        self.q1, self.q0 = np.zeros(runs), np.zeros(runs)

    def step(self, outcome: np.ndarray, treated: np.ndarray) -> None:
        self.n1 += treated
        self.n0 += ~treated
        self.s1 += outcome * treated
        self.s0 += outcome * ~treated
        self.q1 += outcome * outcome * treated
        self.q0 += outcome * outcome * ~treated

    def difference(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the difference of the arms' means and its estimated variance."""
        n1, n0 = np.maximum(self.n1, 1), np.maximum(self.n0, 1)
        m1, m0 = self.s1 / n1, self.s0 / n0
        v1, v0 = np.maximum(self.q1 / n1 - m1 * m1, 0), np.maximum(self.q0 / n0 - m0 * m0, 0)
        ready = (self.n1 >= 2) & (self.n0 >= 2) & (v1 > 0) & (v0 > 0)
        return m1 - m0, np.where(ready, v1 / n1 + v0 / n0, np.inf)


def naive_z(d: np.ndarray, variance: np.ndarray, n: int) -> np.ndarray:
    """Reject at |z| > 1.96, at every look."""
    return np.abs(d) > 1.959964 * np.sqrt(variance)


def msprt(d: np.ndarray, variance: np.ndarray, n: int, tau: float = 0.05) -> np.ndarray:
    """The mixture sequential probability ratio test with a normal prior of width tau.

    Johari et al., Operations Research 2022.
    """
    finite = np.where(np.isfinite(variance), variance, 1e9)
    log = 0.5 * np.log(finite / (finite + tau**2)) + tau**2 * d**2 / (
        2 * finite * (finite + tau**2)
    )
    return np.isfinite(variance) & (log >= math.log(1 / evidence.ALPHA))


def asymptotic(d: np.ndarray, variance: np.ndarray, n: int, tuned_at: int = 5000) -> np.ndarray:
    """The asymptotic confidence sequence of the difference in means, tuned at 5,000 outcomes.

    Waudby-Smith et al., arXiv:2103.06476.
    """
    alpha = evidence.ALPHA
    tuned = (-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / tuned_at
    spread = n * tuned + 1
    half = np.sqrt(2 * spread * variance / (n * tuned) * math.log(math.sqrt(spread) / alpha))
    return np.abs(d) > half


RIVALS = {"naive z": naive_z, "mSPRT (tau .05)": msprt, "asymptotic CS": asymptotic}
