"""The gate file: what a report must show, checked before anything else is read."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from oilstone_gates.scores import SCORES
from oilstone_schemas import recipe
from oilstone_schemas.command import OilstoneError

Gate = Mapping[str, Any]


def load(path: Path) -> dict[str, Any]:
    """Return the gate file with its defaults. Raises OilstoneError with everything wrong in it."""
    loaded = recipe.load(path, "gates.v1")
    problems = list(_problems(loaded["gates"]))
    if problems:
        raise OilstoneError("\n".join(f"{path}: {problem}" for problem in problems))
    return loaded


def baselines(gates: Mapping[str, Any]) -> list[str]:
    """Return the names of the baselines that the gates are relative to, sorted."""
    return sorted({gate["baseline"] for gate in gates["gates"] if "baseline" in gate})


def _problems(gates: list[Gate]) -> Iterator[str]:
    for name, count in Counter(gate["name"] for gate in gates).items():
        if count > 1:
            yield f"{count} gates are called {name!r}; a decision names each gate once"
    for gate in gates:
        if not math.isfinite(gate["value"]):
            yield f"gate {gate['name']!r}: value {gate['value']} is no threshold; give a number"
        if "baseline" in gate and gate["metric"] not in SCORES:
            yield (
                f"gate {gate['name']!r}: {gate['metric']!r} has no value per sample, so no paired"
                f" difference; with a baseline there are {', '.join(SCORES)}"
            )
