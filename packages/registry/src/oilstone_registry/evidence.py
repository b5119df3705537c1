"""Evidence that one arm is better: two one-sided betting e-processes, valid at every look.

Of each unit the bets see X = (Y - m)(A/p - (1 - A)/(1 - p)): outcome Y in [0,1], A whether it was
treated, p the probability of that as logged, m the mean of the outcomes before. Whatever the base
rate does, E[X | past] is the treatment's effect on this unit, so that wealth prod(1 + b X) is a
supermartingale where the effect is not positive, and by Ville's inequality reaches 1/alpha with
probability alpha at most: at any number of looks, under ramps (p changes) and drift (m is wrong).
Bets are a mixture over effects d with b = d / Var(X), held below 0.9 min(p, 1 - p).

Waudby-Smith and Ramdas, JRSS-B 2024 (betting); Waudby-Smith et al., arXiv:2103.06476 (AIPW).
"""

import math

ALPHA = 0.05
CALLS = 0.8  # of alpha, for better and worse; the rest is for calling a mismatch of the arms
LEAST, MOST, BETS, SPREAD = 0.02, 0.15, 4, 0.06
PRIOR = 10  # pseudo-units of outcome 0.5 and variance 0.25, before there are any
LEAST_VARIANCE = 1e-4
ENOUGH = 1e200  # from here on a side bets no more: floats end


def effects() -> tuple[float, ...]:
    """Return the effects that are bet on, in shares: a geometric grid."""
    step = (MOST / LEAST) ** (1 / (BETS - 1))
    return tuple(LEAST * step**k for k in range(BETS))


def stakes() -> tuple[float, ...]:
    """Return the starting wealth of each bet: Gaussian weights over the effects, in all 1."""
    raw = [math.exp(-0.5 * (effect / SPREAD) ** 2) for effect in EFFECTS]
    total = math.fsum(raw)
    return tuple(one / total for one in raw)


def needed(alpha: float) -> float:
    """Return the e-value at which a side is called: each has half of what better and worse share.

    They share 0.8 alpha, and the sample ratio check has the rest (`ratio.needed`): where the arms
    are as planned and equally good, the three together are called with probability alpha at most.
    Guardrails have an alpha of their own (`guardrails.needed`).
    """
    return 2 / (CALLS * alpha)


EFFECTS = effects()
STAKES = stakes()
FIRST, SECOND, THIRD, FOURTH = EFFECTS


class Evidence:
    """Two e-values about the effect of the candidate, one unit at a time.

    `better` is evidence against "the effect is at most -margin", `worse` against "the effect is at
    least -margin". Margin 0 asks who wins; a positive margin is a non-inferiority test, as
    guardrails need it. Pure float arithmetic in a fixed order: the same log gives the same bits.
    """

    __slots__ = (
        *("_down", "_mean", "_squares", "_sum", "_up", "_variance"),
        *("better", "margin", "n", "worse"),
    )

    def __init__(self, margin: float = 0.0) -> None:
        self.margin = margin
        self.n = 0
        self.better = self.worse = 1.0
        self._sum = self._squares = 0.0
        self._mean, self._variance = 0.5, 0.25
        self._up = self._down = STAKES

    @property
    def total(self) -> tuple[float, float]:
        """The sums of X and of X squared."""
        return self._sum, self._squares

    def add(self, outcome: float, treated: bool, probability: float) -> None:
        """Bet on one unit. Raises ValueError for an outcome outside [0, 1] or a p outside (0, 1).

        Each unit once, in an order that does not depend on the arms.
        """
        if not (0.0 <= outcome <= 1.0 and 0.0 < probability < 1.0):
            raise ValueError(f"outcome {outcome} not in [0, 1] or p {probability} not in (0, 1)")
        other = 1.0 - probability
        residual = outcome - self._mean
        x = residual / probability if treated else -residual / other
        variance, margin = self._variance, self.margin
        least = probability if probability < other else other
        most = 0.9 * least / (1.0 + margin * least) if margin else 0.9 * least
        self._bet(x + margin, probability * other / variance, most)
        self._sum += x
        self._squares += x * x
        self.n = n = self.n + 1
        weight = n + PRIOR
        self._mean += residual / weight
        variance += (residual * residual - variance) / weight
        self._variance = variance if variance > LEAST_VARIANCE else LEAST_VARIANCE

    def _bet(self, gain: float, scale: float, most: float) -> None:
        if (last := FOURTH * scale) < most:  # then so are the others
            i, j, k = FIRST * scale * gain, SECOND * scale * gain, THIRD * scale * gain
            m = last * gain
        else:
            i = (b if (b := FIRST * scale) < most else most) * gain
            j = (b if (b := SECOND * scale) < most else most) * gain
            k = (b if (b := THIRD * scale) < most else most) * gain
            m = most * gain
        if self.better < ENOUGH:
            a, b, c, d = self._up
            self._up = a, b, c, d = a + a * i, b + b * j, c + c * k, d + d * m
            self.better = a + b + c + d  # `sum` rounds differently on new Pythons
        if self.worse < ENOUGH:
            a, b, c, d = self._down
            self._down = a, b, c, d = a - a * i, b - b * j, c - c * k, d - d * m
            self.worse = a + b + c + d
