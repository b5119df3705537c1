"""Sample ratio mismatch: do the arms have the shares that they were given? Valid at every look.

Lindon and Malek, arXiv:2011.03567: the Bayes factor of a Dirichlet alternative, centred at the
planned share, against that share; one count per planned probability, so that ramps are exact. A
mismatch means that something loses units of one arm; then no comparison of the arms can be trusted.
"""

from oilstone_registry.evidence import ALPHA

CONCENTRATION = 1000.0  # how near the plan a mismatch is thought to be, in pseudo-units
PART = 5  # of alpha, a fifth; the rest is for better and worse (`evidence.CALLS`)


def needed(alpha: float) -> float:
    """Return the Bayes factor that is an alarm, with a false one in a fifth of alpha at most."""
    return PART / alpha


class Ratio:
    """The Bayes factor against the planned shares; `alarm` once it was as high as `needed`."""

    __slots__ = ("_counts", "factor", "highest", "needed")

    def __init__(self, alpha: float = ALPHA) -> None:
        self.needed = needed(alpha)
        self.factor = self.highest = 1.0
        self._counts: dict[float, tuple[int, int]] = {}

    @property
    def alarm(self) -> bool:
        """Whether a mismatch was shown at any look so far."""
        return self.highest >= self.needed

    def add(self, treated: bool, probability: float) -> None:
        """Count one unit."""
        of_candidate, of_all = self._counts.get(probability, (0, 0))
        predicted = (CONCENTRATION * probability + of_candidate) / (CONCENTRATION + of_all)
        ratio = predicted / probability if treated else (1 - predicted) / (1 - probability)
        if self.factor < 1e200:
            self.factor *= ratio
        if self.factor > self.highest:
            self.highest = self.factor
        self._counts[probability] = (of_candidate + treated, of_all + 1)
