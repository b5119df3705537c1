"""The memories' gates: a loss that has them decide, and what they decided."""

from collections.abc import Mapping, Sequence
from typing import Any

SHUT, OPEN = 0.1, 0.9  # beyond these a gate is polarized
STRICT = (0.01, 0.99)  # the other definition in use: reported, not gated


def weight(share: float, settings: Mapping[str, float]) -> float:
    """Return lambda after a share of the steps: `start` for `hold` of them, then down to `end`.

    It falls exponentially: start * (end / start)^((share - hold) / (1 - hold)).
    """
    start, end, hold = settings["start"], settings["end"], settings["hold"]
    if not start or share <= hold:
        return start
    return float(start * (end / start) ** ((share - hold) / (1 - hold)))


def indecision(gates: Sequence[Any]) -> Any:
    """Return the mean of 1 - |2g - 1| over all gates of all layers, as a tensor with its graph."""
    import torch

    return torch.cat([(1 - (2 * gate - 1).abs()).flatten() for gate in gates]).mean()


def histogram(gates: Sequence[float], bins: int = 20) -> list[int]:
    """Count gates in equal bins of [0, 1]."""
    counts = [0] * bins
    for gate in gates:
        counts[min(int(gate * bins), bins - 1)] += 1
    return counts


def polarized(gates: Sequence[float], shut: float = SHUT, opened: float = OPEN) -> int:
    """Count the gates that decided."""
    return sum(gate < shut or gate > opened for gate in gates)


def hopeless(begun: float, now: float, decided: float, settings: Mapping[str, float]) -> str | None:
    """Say why gates will not come apart any more; None when they did.

    `begun`, `now`: the variance of the gates at the steps `begin` and `check` of the settings;
    `decided`: the share that is polarized now. Gates that decided before `begin` cannot spread by
    much more: a variance is at most 1/4.
    """
    if now >= settings["growth"] * begun or decided >= settings["polarized"]:
        return None
    return (
        f"the variance of the gates went from {begun:.4g} to {now:.4g} (asked for: {begun:.4g} *"
        f" {settings['growth']:g}), and {decided:.1%} of them are polarized (asked for:"
        f" {settings['polarized']:.0%})"
    )
