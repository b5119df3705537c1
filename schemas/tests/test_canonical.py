import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_schemas import canonical

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(VALUES)
def test_round_trip(value: object) -> None:
    assert canonical.loads(canonical.canonical(value)) == value


@given(st.dictionaries(st.text(), SCALARS))
def test_the_order_of_keys_does_not_matter(value: dict[str, object]) -> None:
    backwards = dict(reversed(value.items()))
    assert canonical.digest(value) == canonical.digest(backwards)


@given(VALUES, VALUES)
def test_other_values_have_other_digests(one: object, other: object) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (canonical.digest(one) == canonical.digest(other)) == same


def test_a_lone_surrogate_survives() -> None:
    assert canonical.loads(canonical.canonical("a\ud800b")) == "a\ud800b"


@pytest.mark.parametrize("text", ["NaN", "-Infinity", '{"a":1,"a":1}', "[" * 10**5, b"\xff", "1 2"])
def test_what_is_not_strict_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError):
        canonical.loads(text)
