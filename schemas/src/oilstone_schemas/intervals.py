"""The interval methods a metric record may name; standard library only.

Samples are taken as exchangeable; nothing here corrects for many looks or many metrics.
"""

import functools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from statistics import NormalDist, fmean, stdev

NAMES = {
    "wilson": "Wilson's score interval for a share k/n (Wilson 1927)",
    "clopper-pearson": "exact interval of a share k/n (Clopper and Pearson 1934)",
    "bootstrap": "percentile bootstrap of a mean, 2000 resamples (Efron 1979)",
    "newcombe-paired": "score interval of a paired difference of shares (Newcombe 1998, no. 10)",
    "paired-bootstrap": "percentile bootstrap of the mean of paired differences, 2000 resamples",
    "none": "no interval: a count, a constant, or nothing to compute it from",
}
RESAMPLES = 2000
_FEW = 1000  # values whose resamples are worth keeping: 16 MB

Interval = tuple[float, float]


def wilson(k: int, n: int, level: float = 0.95) -> Interval:
    """Return the score interval of the share k/n; of no trials at all, (0, 1)."""
    if not 0 <= k <= n:
        raise ValueError(f"k={k} is not between 0 and n={n}")
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, spread = k / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    # At the edges the formula gives exactly 0 and 1, arithmetic only nearly.
    return (0.0 if k == 0 else middle - half), (1.0 if k == n else middle + half)


def clopper_pearson(k: int, n: int, level: float = 0.95) -> Interval:
    """Return the exact interval of the share k/n; of no trials at all, (0, 1).

    Its coverage is never below `level`. With no event in n, the upper end is about 3.7 / n (at a
    level of 0.90, one-sided 0.95: the rule of three, 3 / n).
    """
    if not 0 <= k <= n:
        raise ValueError(f"k={k} is not between 0 and n={n}")
    tail = (1 - level) / 2
    low = 0.0 if k == 0 else _solve(lambda p: _at_least(k, n, p) - tail)
    high = 1.0 if k == n else _solve(lambda p: tail - (1 - _at_least(k + 1, n, p)))
    return low, high


def _at_least(k: int, n: int, p: float) -> float:
    """Return the chance of k or more events in n trials of chance p, for 0 < p < 1, 0 < k <= n."""
    # Each sum runs away from the mean, so that its first term is its largest.
    if k > n * p:
        return _tail(n, p, range(k, n + 1))
    return 1 - _tail(n, p, range(k - 1, -1, -1))


def _tail(n: int, p: float, ks: range) -> float:
    """Sum the binomial chances of `ks`, a run of numbers in either direction."""
    first, odds = ks.start, p / (1 - p)
    chosen = math.lgamma(n + 1) - math.lgamma(first + 1) - math.lgamma(n - first + 1)
    term = math.exp(chosen + first * math.log(p) + (n - first) * math.log1p(-p))
    terms = []
    for k in ks:
        terms.append(term)
        term *= odds * (n - k) / (k + 1) if ks.step > 0 else k / (odds * (n - k + 1))
        if term < terms[0] * 1e-20:
            break
    return math.fsum(terms)


def _solve(rising: Callable[[float], float]) -> float:
    """Return where a rising function of a share crosses 0, to the last bit, by halving."""
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return high


def student(values: Sequence[float], level: float = 0.95) -> Interval:
    """Return Student's interval of the mean of `values`, at least two, such as one per seed.

    Right for values from a normal distribution; for a handful of seeds there is nothing better.
    """
    if len(values) < 2:
        raise ValueError("an interval of a mean by Student's t needs at least two values")
    spread = stdev(values) / math.sqrt(len(values))
    half = spread * _student_quantile(level, len(values) - 1)
    return fmean(values) - half, fmean(values) + half


def _student_quantile(level: float, freedom: int) -> float:
    """Return the t within which a share `level` of the distribution lies, on both sides of 0."""
    found = _solve(lambda x: _student_share(x / (1 - x), freedom) - level)
    return found / (1 - found)


def _student_share(t: float, freedom: int) -> float:
    """Return P(|T| <= t); Abramowitz and Stegun 1964, 26.7.3 and 26.7.4."""
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    terms = [term] if freedom > 1 else []
    for k in range(2 + odd, freedom - 1, 2):
        term *= cosine * cosine * (k - 1) / k
        terms.append(term)
    total = sine * math.fsum(terms)
    return 2 / math.pi * (angle + total) if odd else total


def bootstrap_mean(values: Sequence[float], level: float = 0.95, seed: int = 0) -> Interval:
    """Return the percentile bootstrap interval of the mean of `values` (at least one).

    Too narrow for a handful of values, and of no width at all when they are equal.
    """
    if not values:
        raise ValueError("no values, so no mean and no interval")
    size = len(values)
    draws = _kept_draws(size, seed) if size <= _FEW else _draws(size, seed)
    means = sorted(fmean([values[index] for index in drawn]) for drawn in draws)
    tail = (1 - level) / 2 * (RESAMPLES - 1)
    return means[math.floor(tail)], means[math.ceil(RESAMPLES - 1 - tail)]


def _draws(size: int, seed: int) -> Iterator[list[int]]:
    draw = random.Random(seed)
    return (draw.choices(range(size), k=size) for _ in range(RESAMPLES))


@functools.lru_cache(maxsize=1)
def _kept_draws(size: int, seed: int) -> list[list[int]]:
    """Return the same as `_draws`, once for all metrics of a report."""
    return list(_draws(size, seed))


def paired_difference(
    a: Sequence[float], b: Sequence[float], level: float = 0.95, seed: int = 0
) -> tuple[float, float, float]:
    """Return mean(a) - mean(b) and its interval, where a[i] and b[i] belong to the same problem.

    "newcombe-paired" when all values are 0 or 1, "paired-bootstrap" otherwise.
    """
    if len(a) != len(b) or not a:
        raise ValueError(f"not pairs: {len(a)} and {len(b)} values")
    if paired_method(a, b) == "newcombe-paired":
        return _newcombe(a, b, level)
    differences = [x - y for x, y in zip(a, b, strict=True)]
    return fmean(differences), *bootstrap_mean(differences, level, seed)


def paired_method(a: Sequence[float], b: Sequence[float]) -> str:
    """Return the name of the method that `paired_difference` uses for these values."""
    return "newcombe-paired" if {*a, *b} <= {0, 1} else "paired-bootstrap"


def newcombe(
    both: int, gained: int, lost: int, neither: int, level: float = 0.95
) -> tuple[float, float, float]:
    """Return (gained - lost) / n and its interval, of n pairs counted by what their sides are.

    Newcombe 1998, Statistics in Medicine 17:2635, method 10: the distances of the two Wilson
    intervals from their shares, combined by the cosine rule with the correlation phi, whose
    numerator is corrected for continuity when positive.
    """
    n, first, second = both + gained + lost + neither, both + gained, both + lost
    p, q = first / n, second / n
    p_low, p_high = wilson(first, n, level)
    q_low, q_high = wilson(second, n, level)
    phi = _phi(both, gained, lost, neither)
    below = _combine(p - p_low, q_high - q, phi)
    above = _combine(p_high - p, q - q_low, phi)
    value = (gained - lost) / n
    return value, value - below, value + above


def _newcombe(a: Sequence[float], b: Sequence[float], level: float) -> tuple[float, float, float]:
    n, first, second = len(a), int(sum(a)), int(sum(b))
    both = int(sum(x * y for x, y in zip(a, b, strict=True)))
    return newcombe(both, first - both, second - both, n - first - second + both, level)


def _combine(x: float, y: float, phi: float) -> float:
    return math.sqrt(max(x * x - 2 * phi * x * y + y * y, 0.0))


def _phi(both: int, gained: int, lost: int, neither: int) -> float:
    n, first, second = both + gained + lost + neither, both + gained, both + lost
    product = both * neither - gained * lost
    scale = math.sqrt(first * (n - first) * second * (n - second))
    if scale == 0:
        return 0.0
    return (max(product - n / 2, 0.0) if product > 0 else product) / scale
