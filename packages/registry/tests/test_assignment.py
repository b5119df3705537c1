"""Who is in which arm."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_registry import assignment
from oilstone_schemas.command import OilstoneError

UNITS = [assignment.unit_hash("rust-tiny-1", f"user-{number}") for number in range(20_000)]


def share(steps, hashes):
    return sum(assignment.treated(one, steps) for one in hashes) / len(hashes)


def test_the_hash_is_sha256_of_salt_and_unit():
    assert assignment.unit_hash("s", "u") == hashlib.sha256(b"s:u").hexdigest()


@pytest.mark.parametrize("traffic", assignment.RAMP)
def test_the_candidate_gets_its_share(traffic):
    assert share(assignment.traffic(traffic), UNITS) == pytest.approx(traffic, abs=0.012)


@given(st.text(), st.integers(1, 9999), st.integers(1, 9999))
def test_a_ramp_never_moves_a_treated_unit_back(unit, one, other):
    hashed, (low, high) = assignment.unit_hash("salt", unit), sorted((one, other))
    assert assignment.treated(hashed, high) or not assignment.treated(hashed, low)


def test_two_experiments_are_independent():
    """Plain hashes of the unit alone put the same users into the first tenth of every test."""
    others = [assignment.unit_hash("shell-tiny-2", f"user-{number}") for number in range(20_000)]
    both = sum(
        assignment.treated(one, 1000) and assignment.treated(other, 1000)
        for one, other in zip(UNITS, others, strict=True)
    )
    assert both / len(UNITS) == pytest.approx(0.01, abs=0.004)


@pytest.mark.parametrize("traffic", [0, 1, -0.1, 1.5, 0.00001])
def test_traffic_that_leaves_an_arm_empty_is_refused(traffic):
    with pytest.raises(OilstoneError, match="both arms need somebody"):
        assignment.traffic(traffic)
