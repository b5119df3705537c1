"""Where in metrics.json a gate's metric stands: a name, or a path in a subset of JSONPath."""

import re
from typing import Any, NamedTuple

from oilstone_schemas.command import OilstoneError

_STEP = re.compile(r"""\.([^.\[\]'"]+)|\['([^']+)'\]|\["([^"]+)"\]""")
_TOPS = {"metrics": 2, "timings": 2, "slices": 3}  # steps to a record
_PATH = re.compile(r"\$|(metrics|timings|slices)[.\[]")  # what begins so is meant to be one


class Place(NamedTuple):
    """A record of metrics.json: its metric, and the slice unless it is the primary one."""

    name: str
    slice: str | None = None


def place(gate: Any) -> Place:
    """Return where a gate's metric stands. Raises OilstoneError for a path that leads to no record.

    `pass@1` is `$.metrics['pass@1']`, or `$.slices.X['pass@1']` where the gate names slice X.
    """
    steps = _steps(gate["metric"])
    if steps is None and not _PATH.match(gate["metric"]):
        return Place(gate["metric"], gate.get("slice"))
    if steps is None or len(steps) != _TOPS[steps[0]]:
        raise OilstoneError(
            f"gate {gate['name']!r}: {gate['metric']} is no record of metrics.json; write"
            " metrics.NAME, timings.NAME or slices.SLICE.NAME"
        )
    if steps[0] != "slices":
        return Place(steps[1], gate.get("slice"))
    if gate.get("slice") not in (None, steps[1]):
        raise OilstoneError(f"gate {gate['name']!r}: its path and its slice name two slices")
    return Place(steps[2], steps[1])


def _steps(path: str) -> list[str] | None:
    """Return the steps of a path; None for a plain name, which may hold dots as well."""
    dotted = path.removeprefix("$") if path.startswith("$") else f".{path}"
    found = ["".join(step.groups(default="")) for step in _STEP.finditer(dotted)]
    whole = "".join(step[0] for step in _STEP.finditer(dotted)) == dotted
    return found if whole and found and found[0] in _TOPS else None
