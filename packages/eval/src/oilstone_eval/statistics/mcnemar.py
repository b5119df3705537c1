"""McNemar's test: do two arms that answered the same problems pass equally many?

`gained` problems only the first arm solved, `lost` only the second; the others say nothing.
"""

import math


def exact(gained: int, lost: int) -> float:
    """Return the two-sided p-value of the exact test: binomial with chance 1/2. Conservative."""
    return min(1.0, 2 * _at_most(min(gained, lost), gained + lost))


def mid_p(gained: int, lost: int) -> float:
    """Return the mid-p value: half the chance of what was seen is left out.

    Twice the chance of less and once that of what was seen, so 1 when as many were gained as lost.
    Fagerland, Lydersen and Laake 2013, BMC Medical Research Methodology 13:91.
    """
    total = gained + lost
    return 2 * _at_most(min(gained, lost), total) - _exactly(gained, total)


def _exactly(k: int, n: int) -> float:
    return math.comb(n, k) / (1 << n)


def _at_most(k: int, n: int) -> float:
    total = ways = 1
    for i in range(k):
        ways = ways * (n - i) // (i + 1)
        total += ways
    return total / (1 << n)
