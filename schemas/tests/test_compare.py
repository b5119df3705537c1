"""Kinds of change to a schema, labelled by hand: may old instances be refused?"""

import copy
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from oilstone_schemas import validate
from oilstone_schemas.compat import compare

CLOSED = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id"],
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "kind": {"enum": ["a", "b"]},
        "n": {"type": "integer", "minimum": 0, "maximum": 10},
        "size": {"type": ["integer", "null"]},
        "hex": {"type": "string", "pattern": "^[0-9a-f]+$"},
        "tests": {"type": "array", "items": {"type": "string"}},
        "schema": {"const": "row.v1"},
    },
}
OPEN = {"type": "object", "properties": {"id": {"type": "string"}}}


def _set(schema: Any, path: str, value: Any) -> Any:
    """Return a changed copy; a value of None removes."""
    new = copy.deepcopy(schema)
    *way, last = path.split("/")
    place = new
    for key in way:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return new


P = "properties"
COMPATIBLE = {
    "optional property in a closed object": (CLOSED, f"{P}/note", {"type": "string"}),
    "wider enum": (CLOSED, f"{P}/kind/enum", ["a", "b", "c"]),
    "wider type": (CLOSED, f"{P}/n/type", "number"),
    "pattern removed": (CLOSED, f"{P}/hex/pattern", None),
    "lower minimum": (CLOSED, f"{P}/n/minimum", -1),
    "opened object": (CLOSED, "additionalProperties", True),
    "property no longer required": (CLOSED, "required", []),
    "wider items": (CLOSED, f"{P}/tests/items", {"type": ["string", "null"]}),
    "another description": (CLOSED, "description", "Said better."),
}
INCOMPATIBLE = {
    "optional property in an open object": (OPEN, f"{P}/note", {"type": "string"}),
    "required property": (CLOSED, "required", ["id", "kind"]),
    "property removed": (CLOSED, f"{P}/kind", None),
    "narrower enum": (CLOSED, f"{P}/kind/enum", ["a"]),
    "narrower type": (CLOSED, f"{P}/size/type", "integer"),
    "pattern added": (CLOSED, f"{P}/id/pattern", "^[a-z]+$"),
    "tighter pattern": (CLOSED, f"{P}/hex/pattern", "^[0-9a-f]{64}$"),
    "higher minimum": (CLOSED, f"{P}/n/minimum", 1),
    "lower maximum": (CLOSED, f"{P}/n/maximum", 9),
    "longer minLength": (CLOSED, f"{P}/id/minLength", 2),
    "maxLength added": (CLOSED, f"{P}/id/maxLength", 80),
    "closed object": (OPEN, "additionalProperties", False),
    "another const": (CLOSED, f"{P}/schema/const", "row.v2"),
    "narrower items": (CLOSED, f"{P}/tests/items/minLength", 1),
    "fewer items": (CLOSED, f"{P}/tests/maxItems", 3),
    "allOf added": (CLOSED, "allOf", [{"required": ["n"]}]),
    "if and then": (
        CLOSED,
        "allOf",
        [{"if": {P: {"kind": {"const": "a"}}}, "then": {"required": ["n"]}}],
    ),
}
UNKNOWN = {
    "format added": (CLOSED, f"{P}/id/format", "date"),
    "another keyword": (CLOSED, "unevaluatedProperties", False),
    "a reference that leads out": (CLOSED, f"{P}/kind", {"$ref": "urn:other"}),
}


@pytest.mark.parametrize("change", COMPATIBLE)
def test_a_change_that_refuses_nothing_is_compatible(change: str) -> None:
    old, path, value = COMPATIBLE[change]
    assert compare(old, _set(old, path, value)).verdict == "compatible"


@pytest.mark.parametrize("change", INCOMPATIBLE)
def test_an_incompatible_change_has_a_witness(change: str) -> None:
    old, path, value = INCOMPATIBLE[change]
    new = _set(old, path, value)
    answer = compare(old, new)
    accepted = [Draft202012Validator(s).is_valid(answer.witness) for s in (old, new)]
    assert (answer.verdict, accepted) == ("incompatible", [True, False])


@pytest.mark.parametrize("change", UNKNOWN)
def test_what_no_rule_knows_is_never_called_compatible(change: str) -> None:
    old, path, value = UNKNOWN[change]
    assert compare(old, _set(old, path, value)).verdict == "unknown"


def test_a_renamed_property_is_incompatible() -> None:
    new = _set(_set(CLOSED, f"{P}/kind", None), f"{P}/sort", {"enum": ["a", "b"]})
    assert compare(CLOSED, new).witness == {"id": "a", "kind": "a"}


def test_a_definition_is_followed_on_its_own_side() -> None:
    old = {P: {"a": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"type": "integer"}}}
    new = _set(old, "$defs/x/type", "string")
    assert compare(old, new).verdict == "incompatible"


def test_a_schema_that_holds_itself_can_be_compared() -> None:
    old = {P: {"next": {"$ref": "#/$defs/node"}}, "$defs": {}}
    node = {"type": "object", P: {"next": {"$ref": "#/$defs/node"}, "n": {"type": "integer"}}}
    old["$defs"] = {"node": node}
    wider = _set(old, "$defs/node/properties/n/type", "number")
    assert [compare(old, wider).verdict, compare(wider, old).verdict] == [
        "compatible",
        "incompatible",
    ]


def test_a_schema_made_of_itself_is_unknown() -> None:
    loop = {"$ref": "#/$defs/x", "$defs": {"x": {"allOf": [{"$ref": "#/$defs/x"}]}}}
    assert compare({}, loop).verdict == "unknown"


@pytest.mark.parametrize("name", validate.names())
def test_every_schema_is_compatible_with_itself(name: str) -> None:
    assert compare(validate.schema(name), validate.schema(name)).verdict == "compatible"


def test_the_command_shows_the_witness(tmp_path: Path) -> None:
    file = tmp_path / "row.json"
    file.write_text(json.dumps(_set(validate.schema("refused.v1"), f"{P}/line/type", "string")))
    words = [sys.executable, "-m", "oilstone_schemas", "compat", "refused.v1", file, "--json"]
    done = subprocess.run(words, capture_output=True, check=False)
    said = json.loads(done.stdout)
    assert (done.returncode, said["verdict"], type(said["witness"]["line"])) == (
        1,
        "incompatible",
        int,
    )


LEAVES: st.SearchStrategy[Any] = st.sampled_from(
    [
        True, False, {}, {"type": "integer"}, {"type": "number"}, {"type": ["string", "null"]},
        {"enum": [1, "a", None]}, {"const": 1}, {"minimum": 0}, {"exclusiveMinimum": -1},
        {"type": "integer", "maximum": 3}, {"exclusiveMaximum": 0.5}, {"minLength": 1},
        {"type": "string", "maxLength": 2}, {"pattern": "^a*$"}, {"uniqueItems": True},
        {"required": ["a"]}, {"maxProperties": 1}, {"minItems": 1}, {"enum": ["a"]},
    ]
)  # fmt: skip


def _wider(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    two = st.lists(inner, min_size=1, max_size=2)
    return st.one_of(
        st.builds(lambda p, a: {P: p, "additionalProperties": a}, names, inner),
        st.builds(lambda p: {"type": "object", P: p, "required": [*p]}, names),
        st.builds(lambda items: {"type": "array", "items": items}, inner),
        st.builds(lambda some: {"allOf": some}, two),
        st.builds(lambda some: {"anyOf": some}, two),
        st.builds(lambda some: {"oneOf": some}, two),
        st.builds(lambda one, other: {"if": one, "then": other}, inner, inner),
        st.builds(lambda one: {"not": one}, inner),
    )


SCHEMAS = st.recursive(LEAVES, _wider, max_leaves=4)
VALUES = [
    None, True, 0, 1, -1, 0.5, 3, 4, "", "a", "b", "aaa", [], [1], ["a", "a"], [[]], {}, {"a": 1},
    {"b": "a"}, {"a": None, "b": 0.5}, {"a": {"a": 1}}, {"a": [], "b": "aaa"}, {"c": 1},
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(SCHEMAS, SCHEMAS)
def test_compatible_is_said_only_where_nothing_is_refused(old: Any, new: Any) -> None:
    if compare(old, new).verdict == "compatible":
        accepted, still = (Draft202012Validator(schema).is_valid for schema in (old, new))
        assert [value for value in VALUES if accepted(value) and not still(value)] == []


@settings(max_examples=200, deadline=None)
@given(SCHEMAS, SCHEMAS)
def test_one_alternative_more_is_never_called_incompatible(old: Any, other: Any) -> None:
    assert compare(old, {"anyOf": [old, other]}).verdict != "incompatible"


def test_changes_of_our_own_schemas_that_only_narrow_are_never_called_compatible() -> None:
    draw = random.Random(5)
    for name in validate.names():
        old = validate.schema(name)
        field = draw.choice(sorted(old[P]))
        assert compare(old, _set(old, f"{P}/{field}", False)).verdict != "compatible", name
