"""pass@k of several samples per problem."""

import math
from collections.abc import Sequence
from statistics import stdev


def unbiased(n: int, c: int, k: int) -> float:
    """Return 1 - C(n-c, k) / C(n, k): the chance that k of n samples, c of them right, hold one.

    Chen et al. 2021, arXiv 2107.03374, equation 1. Raises ValueError unless 0 <= c <= n and
    1 <= k <= n.
    """
    if not (0 <= c <= n and 1 <= k <= n):
        raise ValueError(f"n={n}, c={c}, k={k}: not 0 <= c <= n with 1 <= k <= n")
    return 1.0 - math.comb(n - c, k) / math.comb(n, k)


def standard_error(estimates: Sequence[float]) -> float | None:
    """Return the standard error of the mean of one estimate per problem, clustered by problem.

    The sample deviation over the root of the number of problems; None for fewer than two.
    """
    if len(estimates) < 2:
        return None
    return stdev(estimates) / math.sqrt(len(estimates))
