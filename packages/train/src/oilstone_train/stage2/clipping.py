"""The norm that gradients are scaled down to: the larger, the finer the chunks."""

import math
from collections.abc import Mapping
from typing import Any

from oilstone_train.stage2 import schedule

REFERENCE = 32  # the chunk size at which the norm is `base`


def norm(chunk: int, base: float) -> float:
    """Return kappa(C) = base * sqrt(32 / C): gradients of finer chunks vary more."""
    return base * math.sqrt(REFERENCE / chunk)


def limit(step: int, sizes: Mapping[str, Any], settings: Mapping[str, Any]) -> float:
    """Return the norm for a step, counted from 0: less of it where the chunk size is new.

    `sizes` is the recipe's `memory.schedule`, `settings` its `memory.clipping`.
    """
    return float(settings["base"] * _factor(step, sizes, settings))


def limits(step: int, sizes: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[int, float]:
    """Return the norms of those decoder layers that have one of their own, as `limit` does."""
    factor = _factor(step, sizes, settings)
    return {one["layer"]: one["base"] * factor for one in settings["layers"]}


def _factor(step: int, sizes: Mapping[str, Any], settings: Mapping[str, Any]) -> float:
    chunk = schedule.size(step, sizes)
    new = step > 0 and chunk != schedule.size(step - 1, sizes)
    return norm(chunk, float(settings["at_transition"]) if new else 1.0)


def proposed(norms: list[float], chunk: int, often: float = 0.1) -> float:
    """Return the `base` under which a share `often` of these steps would have been cut.

    `norms` are gradient norms before cutting, seen at one chunk size in a calibration run.
    """
    ranked = sorted(norms)
    place = min(len(ranked) - 1, math.ceil(len(ranked) * (1 - often)))
    return ranked[place] / math.sqrt(REFERENCE / chunk)
