import copy
from typing import Any

import pytest

from oilstone_schemas import validate
from oilstone_schemas.compat import breaches


def _changed(*path: str, to: Any) -> list[str]:
    """What is said about metrics.v1 after one change; `to` None removes."""
    old = validate.schema("metrics.v1")
    new = copy.deepcopy(old)
    place = new
    for key in path[:-1]:
        place = place[key]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return list(breaches(old, new))


RECORD = ("$defs", "record")


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("description",), "Said better."),
        (("properties", "slices", "description"), "Said better."),
        ((*RECORD, "properties", "note"), {"type": "string"}),
    ],
    ids=str,
)
def test_a_minor_may(path: tuple[str, ...], to: Any) -> None:
    assert _changed(*path, to=to) == []


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("properties", "slices"), None),
        (("required",), ["metrics"]),
        (("required",), ["metrics", "slices", "primary_slice", "note"]),
        ((*RECORD, "properties", "n", "minimum"), 1),
        ((*RECORD, "properties", "n", "type"), "number"),
        ((*RECORD, "properties", "method", "enum"), ["wilson"]),
        ((*RECORD, "additionalProperties"), True),
        ((*RECORD,), None),
    ],
    ids=str,
)
def test_a_minor_may_not(path: tuple[str, ...], to: Any) -> None:
    assert len(_changed(*path, to=to)) == 1
