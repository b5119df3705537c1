"""What is left of a solution when its numbers are abstracted."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\d+")


def skeleton(solution: str) -> str:
    """Return the operations of a worked solution in order, each number as `0`.

    No word of the story is left, so a skeleton is held out from every family at once. A bare answer
    has no operations, and so the empty skeleton.
    """
    formulas = (line.rpartition(" ")[2] for line in solution.splitlines() if "=" in line)
    return " ".join(_NUMBER.sub("0", formula) for formula in formulas)
