"""Names, versions, references."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_registry import names
from oilstone_schemas.command import OilstoneError


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("rust-tiny", ("rust-tiny", None, None)),
        ("rust-tiny@0.10.2", ("rust-tiny", "0.10.2", None)),
        ("rust-tiny@0123abcd", ("rust-tiny", None, "0123abcd")),
    ],
)
def test_a_reference_names_a_version_a_digest_or_neither(text, meant):
    assert names.reference(text) == meant


@pytest.mark.parametrize("text", ["", "Rust", "a b", "../a", "a@", "a@1.2", "a@0123", "a@1.02.0"])
def test_what_is_no_reference_is_refused(text):
    with pytest.raises(OilstoneError):
        names.reference(text)


@pytest.mark.parametrize(
    ("taken", "following"),
    [([], "0.1.0"), (["0.1.0"], "0.2.0"), (["0.9.1", "0.10.0"], "0.11.0"), (["1.2.3"], "1.3.0")],
)
def test_the_default_version_is_the_next_minor_one(taken, following):
    assert names.following(taken) == following


numbers = st.integers(0, 10**8)


@given(st.lists(st.tuples(numbers, numbers, numbers), max_size=5))
def test_the_default_version_is_above_all_that_are_taken(taken):
    following = names.order(names.following(".".join(map(str, one)) for one in taken))
    assert all(one < following for one in taken)
