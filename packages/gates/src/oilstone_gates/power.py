"""How often a gate passes, given the truth: exact where the counts are binomial.

Shares: the binomial distribution of the count. Paired differences of shares: the trinomial one of
pairs gained, lost and alike, the alike taken as half passing. All else: normal, with the gate's
`sd` of one problem's score. A number is compared as the gate compares it, bound or point.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist

from oilstone_gates.bounds import meets
from oilstone_gates.estimate import LEVEL
from oilstone_gates.gatefile import Gate, against, option
from oilstone_gates.units import extremes, unit
from oilstone_schemas import intervals
from oilstone_schemas.command import OilstoneError

POWER = 0.8
_MOST = 10**6  # samples; nobody plans more
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Unknown(Exception):
    """The chance cannot be computed; it says what is missing."""

    why: str


def planned(gate: Gate) -> int:
    """Return the number of samples, or pairs, that the gate will see as planned."""
    return int(gate.get("planned_n", gate["min_n"]))


def chance(gate: Gate, truth: float, n: int, basis: str | None = None) -> float:
    """Return the probability that the gate passes with n samples when `truth` is true.

    `basis` in the place of the gate's own. Raises Unknown when the gate lacks an assumption,
    OilstoneError for a truth that cannot be.
    """
    basis = basis or gate["basis"]
    least, most = extremes(gate)
    if not least <= truth <= most:
        raise OilstoneError(
            f"gate {gate['name']!r}: {truth:g} cannot be true; it lies in {least:g} to {most:g}"
        )
    if unit(gate) == "share" and against(gate) is None:
        return _share(gate, truth, n, basis)
    if unit(gate) == "share" and option(gate, "delta") == "absolute" and "sd" not in gate:
        return _paired(gate, truth, n, basis)
    if unit(gate) == "count":
        raise Unknown("counted once in a run, so that no n makes it surer")
    if "sd" not in gate:
        raise Unknown(
            "needs sd, the standard deviation of one problem's score or pair's difference"
        )
    return _normal(gate, truth, n, basis)


def needed(gate: Gate, truth: float, power: float = POWER) -> int | None:
    """Return about how many samples let a true `truth` pass with that power, min_n at least.

    None when 10^6 are not enough.
    """
    high = 8
    while chance(gate, truth, high) < power:
        high *= 2
        if high > _MOST:
            return None
    low = high // 2
    while high - low > max(1, low // 100):
        middle = (low + high) // 2
        low, high = (low, middle) if chance(gate, truth, middle) >= power else (middle, high)
    return max(high, int(gate["min_n"]))


def detectable(gate: Gate, n: int, power: float = POWER) -> float | None:
    """Return the truth nearest to the threshold that passes with that power; None without one."""
    least, most = extremes(gate)
    rising = gate["op"].startswith(">")
    far = min(max(most if rising else least, -1e6), 1e6)
    if against(gate) is not None and "sd" not in gate:
        spread = gate.get("discordant", 0.2)
        far = min(max(far, -spread), spread)
    if chance(gate, far, n) < power:
        return None
    near = gate["value"]
    for _ in range(30):
        middle = (near + far) / 2
        near, far = (near, middle) if chance(gate, middle, n) >= power else (middle, far)
    return far


def best(gate: Gate, n: int) -> bool:
    """Tell whether the gate would pass on the best report there can be with n samples."""
    if unit(gate) != "share" or against(gate) is not None:
        return any(meets(end, gate["op"], gate["value"]) for end in extremes(gate))
    return any(_passes(gate, k, n, gate["basis"]) for k in (0, n))


def _passes(gate: Gate, k: int, n: int, basis: str) -> bool:
    level = gate.get("confidence", LEVEL)
    exact = gate.get("method") == "clopper-pearson"
    numbers = {"point": k / n}
    if basis != "point":
        low, high = (intervals.clopper_pearson if exact else intervals.wilson)(k, n, level)
        numbers = {"lower": low, "upper": high}
    return meets(numbers[basis], gate["op"], gate["value"])


def _share(gate: Gate, truth: float, n: int, basis: str) -> float:
    counts = _passing(gate["op"], n, lambda k: _passes(gate, k, n, basis))
    return math.fsum(binomial(k, n, truth) for k in counts)


def _passing(op: str, n: int, passes: Callable[[int], bool]) -> range:
    """Return the counts 0..n that pass, which lie at one end."""
    rising = op.startswith(">")
    low, high = -1, n + 1  # fails, passes; the other way round where less is better
    while high - low > 1:
        middle = (low + high) // 2
        if passes(middle) == rising:
            high = middle
        else:
            low = middle
    return range(high, n + 1) if rising else range(high)


def binomial(k: int, n: int, p: float) -> float:
    """Return the probability of k events in n trials of chance p."""
    if p in (0, 1):
        return float(k == n * p)
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(ways + k * math.log(p) + (n - k) * math.log1p(-p))


def _paired(gate: Gate, truth: float, n: int, basis: str) -> float:
    """Sum over the number of pairs that differ; among them, gains are binomial."""
    differ = gate.get("discordant", 0.2)
    if abs(truth) > differ:
        raise Unknown(f"a difference of {truth:g} needs discordant of that size or more")
    gains = (differ + truth) / (2 * differ) if differ else 0.5
    return math.fsum(
        weight * math.fsum(binomial(k, pairs, gains) for k in _gains(gate, pairs, n, basis))
        for pairs, weight in _likely(n, differ)
    )


def _likely(n: int, p: float) -> Iterator[tuple[int, float]]:
    """Yield counts with their binomial probabilities, without the far tails (below 1e-9)."""
    half = 7 * math.sqrt(n * p * (1 - p)) + 7
    for k in range(max(0, math.floor(n * p - half)), min(n, math.ceil(n * p + half)) + 1):
        yield k, binomial(k, n, p)


def _gains(gate: Gate, pairs: int, n: int, basis: str) -> range:
    both = (n - pairs) // 2
    level = gate.get("confidence", LEVEL)

    def passes(gained: int) -> bool:
        lost = pairs - gained
        value, low, high = intervals.newcombe(both, gained, lost, n - pairs - both, level)
        number = {"point": value, "lower": low, "upper": high}[basis]
        return meets(number, gate["op"], gate["value"])

    return _passing(gate["op"], pairs, passes)


def _normal(gate: Gate, truth: float, n: int, basis: str) -> float:
    error = gate["sd"] / math.sqrt(n)
    reach = error * _NORMAL.inv_cdf((1 + gate.get("confidence", LEVEL)) / 2)
    shifted = truth + {"point": 0.0, "lower": -reach, "upper": reach}[basis]
    below = NormalDist(shifted, error).cdf(gate["value"])
    return 1 - below if gate["op"].startswith(">") else below
