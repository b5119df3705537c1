"""A request's body keeps every byte but its model's name, and names one model."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_registry.router import body
from oilstone_schemas.command import OilstoneError

# Texts that look like what is searched for, and any others.
TEXTS = st.one_of(
    st.sampled_from(['"model"', '"model":"x"', "model", '\\"model\\": \\"', "}", '{"model":', ""]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
VALUES = st.recursive(
    st.one_of(TEXTS, st.integers(-9, 9), st.booleans(), st.none()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
KEYS = TEXTS.filter(lambda key: key != "model")


def renamed(raw, model=b'"rust@1.0.0-12345678"'):
    start, end = body.place(raw)
    return raw[:start] + model + raw[end:]


@given(st.dictionaries(KEYS, VALUES, max_size=4), st.dictionaries(KEYS, VALUES, max_size=4), TEXTS,
       st.booleans(), st.sampled_from([None, 2]))  # fmt: skip
def test_only_the_models_name_changes(before, after, name, ascii_only, indent):
    value = before | {"model": name} | {key: after[key] for key in after.keys() - before.keys()}
    raw = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    assert body.parse(raw)["model"] == name
    assert json.loads(renamed(raw)) == value | {"model": "rust@1.0.0-12345678"}
    start, end = body.place(raw)
    assert json.loads(raw[start:end]) == name


@pytest.mark.parametrize(
    "raw",
    [
        b'{"model":"a","model":"b"}',
        b'{"model":"a","mod\\u0065l":"b"}',
        b'{"\\u006dodel":"a","model":"b"}',
        b'{"x":{"model":"c"},"model":"a", "model" : "b"}',
    ],
)
def test_a_body_that_names_two_models_is_refused(raw):
    with pytest.raises(OilstoneError, match="once"):
        body.place(raw)


def test_a_nested_name_is_not_the_models():
    raw = b'{"messages":[{"model":"inner"}],"\\u006dodel":"outer"}'
    assert json.loads(renamed(raw))["messages"] == [{"model": "inner"}]


@pytest.mark.parametrize("raw", [b"", b"[]", b'"model"', b'{"model":1}', b"{", b'{"model":NaN}'])
def test_what_is_no_request_is_refused(raw):
    with pytest.raises(OilstoneError):
        body.parse(raw)
