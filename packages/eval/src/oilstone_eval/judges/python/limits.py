"""Limits of Python programs, from a recipe's `judge`."""

from collections.abc import Mapping
from typing import Any

from oilstone_eval.sandbox.job import Limits

# Tests are the problem's, not the model's: bounded so that no data can make them run for ever.
TESTER = Limits(1 << 20, 1e9, 2048, 64)
STACK_MIB = 64


def of(recipe: Mapping[str, Any]) -> Limits:
    """Return the limits of one program. Deep recursion is bounded by memory, not by the stack."""
    return Limits(
        recipe["cpu_seconds"], recipe["wall_seconds"], recipe["memory_mib"], recipe["output_kib"],
        stack_mib=STACK_MIB,
    )  # fmt: skip
