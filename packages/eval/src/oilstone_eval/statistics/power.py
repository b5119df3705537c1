"""What a comparison of this size could have seen, and whether it is good enough."""

from dataclasses import dataclass
from statistics import NormalDist

_NORMAL = NormalDist()


def two_sided(difference: float, standard_error: float) -> float:
    """Return the p-value of a difference that is normal with that standard error."""
    if standard_error == 0:
        return 1.0 if difference == 0 else 0.0
    return 2 * _NORMAL.cdf(-abs(difference) / standard_error)


def detectable(standard_error: float, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return the smallest true difference that a two-sided test finds with that power."""
    critical = _NORMAL.inv_cdf(1 - alpha / 2)
    low, high = 0.0, critical + _NORMAL.inv_cdf(max(power, 0.5)) + 1
    while low < (middle := (low + high) / 2) < high:
        found = _NORMAL.cdf(middle - critical) + _NORMAL.cdf(-middle - critical)
        low, high = (middle, high) if found < power else (low, middle)
    return high * standard_error


@dataclass(frozen=True)
class NonInferiority:
    """`bound`: what the difference is, one-sidedly, above; `holds`: that is above -margin."""

    bound: float
    p_value: float
    holds: bool


def non_inferior(
    difference: float, standard_error: float, margin: float, alpha: float = 0.05
) -> NonInferiority:
    """Test that the true difference is above -margin (margin > 0), one-sided at `alpha`.

    A difference that is merely not significant shows nothing of the kind.
    """
    bound = difference - _NORMAL.inv_cdf(1 - alpha) * standard_error
    if standard_error == 0:
        p_value = 0.0 if difference > -margin else 1.0
    else:
        p_value = _NORMAL.cdf(-(difference + margin) / standard_error)
    return NonInferiority(bound, p_value, bound > -margin)
