"""How an experiment is run and read: recipe-experiment.v1, or the same by hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from oilstone_schemas import recipe, validate
from oilstone_schemas.command import OilstoneError

SCHEMA = "recipe-experiment.v1"


def load(path: Path | None, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Return a plan with its defaults; all of it defaults when there is no file.

    Raises OilstoneError with everything wrong in it, an analysis of other units than were assigned
    first of all.
    """
    if path is None:
        plan: dict[str, Any] = {}
        for override in overrides:
            raise OilstoneError(f"--set {override!r}: overrides a recipe; add --recipe FILE")
        recipe.fill(plan, validate.schema(SCHEMA))
    else:
        plan = recipe.load(path, SCHEMA, overrides)
    return checked(plan, str(path or "the plan"))


def checked(plan: dict[str, Any], where: str) -> dict[str, Any]:
    """Return the plan if it holds together; raises OilstoneError."""
    validate.check(plan, SCHEMA, where)
    for problem in _problems(plan):
        raise OilstoneError(f"{where}: {problem}")
    return plan


def _problems(plan: Mapping[str, Any]) -> list[str]:
    unit, analysed = plan["unit"], plan["analysis_unit"]
    found = []
    if unit != analysed:
        found.append(
            f"analysis_unit: {analysed}s cannot be counted where {unit}s are assigned: outcomes of"
            f" one {unit} are not independent, and a winner would be found where there is none;"
            f" write analysis_unit: {unit}"
        )
    if unit != "request" and not plan["window_s"]:
        found.append(
            f"window_s: a {unit} has many outcomes; say for how many seconds they are gathered"
            " into one, such as 86400"
        )
    if plan["method"] == "group-sequential" and not plan["budget"]:
        found.append("budget: a group-sequential test needs the number of units it ends at")
    return found
