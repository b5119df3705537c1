"""Which arm a unit (a user, a session, a request) is in: sticky, and the same on every machine.

A unit's place in [0, 2^64) is the first 8 bytes of sha256("salt:unit"); it is treated when that
place lies below the traffic's threshold. The treated are therefore a prefix that only grows: more
traffic never moves a treated unit back, and experiments with other salts are independent.
"""

import hashlib
from datetime import UTC, datetime
from typing import NamedTuple

from oilstone_schemas.command import OilstoneError

CONTROL, CANDIDATE = "control", "candidate"
RAMP = (0.01, 0.05, 0.25, 0.5)
STEPS = 10_000  # traffic is counted in hundredths of a percent
SPACE = 1 << 64


class Assignment(NamedTuple):
    """One assignment as it is logged; with the outcome it is a row of outcome.v1."""

    experiment: str
    unit_hash: str
    arm: str
    version: str
    probability: float
    time: str
    request_id: str


def traffic(share: float) -> int:
    """Return a share of the traffic in steps of 1/10,000; raises OilstoneError outside (0, 1)."""
    steps = round(share * STEPS)
    if not 0 < steps < STEPS or abs(steps / STEPS - share) > 1e-9:
        raise OilstoneError(
            f"traffic {share}: give a share between 0.0001 and 0.9999 in steps of 0.0001, such as"
            " 0.1; both arms need somebody"
        )
    return steps


def unit_hash(salt: str, unit: str) -> str:
    """Return what is logged instead of the unit's name: sha256 of "salt:unit" in 64 hex digits."""
    return hashlib.sha256(f"{salt}:{unit}".encode()).hexdigest()


def treated(hashed: str, steps: int) -> bool:
    """Tell whether the unit with this hash is in the candidate's arm at this much traffic."""
    return int(hashed[:16], 16) < SPACE * steps // STEPS


def clock() -> str:
    """Return the time as assignments hold it: UTC, to the millisecond."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
