"""Signed assignments: what a client sends back with an outcome, so that no router has to remember.

`v1~EXPERIMENT~UNIT_HASH~ARM~VERSION~PROBABILITY~TIME~REQUEST~MAC`, MAC being HMAC-SHA256 in hex.
No field can hold a tilde.
"""

from __future__ import annotations

import hmac
import secrets

import sqlalchemy as sa

from oilstone_registry.assignment import Assignment
from oilstone_registry.database import Registry
from oilstone_registry.tables import settings
from oilstone_schemas.command import OilstoneError

PREFIX = "v1~"
SETTING = "assignment_secret"
MOST = 1024  # characters of a token


def sign(secret: bytes, assigned: Assignment) -> str:
    """Return the assignment as a token, good for a header."""
    experiment, hashed, arm, version, probability, time, request = assigned
    text = f"{PREFIX}{experiment}~{hashed}~{arm}~{version}~{probability!r}~{time}~{request}"
    return f"{text}~{hmac.digest(secret, text.encode(), 'sha256').hex()}"


def read(secret: bytes, token: str) -> Assignment:
    """Return what was signed; raises OilstoneError for anything else."""
    text, _, mac = token[:MOST].rpartition("~")
    right = hmac.digest(secret, text.encode(), "sha256").hex()
    if not hmac.compare_digest(mac.encode(), right.encode()):
        raise OilstoneError(
            "assignment: not signed by this registry's routers; send the x-assignment header of"
            " the answer back as it was"
        )
    experiment, hashed, arm, version, probability, time, request = text[len(PREFIX) :].split("~")
    return Assignment(experiment, hashed, arm, version, float(probability), time, request)


def secret_of(registry: Registry) -> bytes:
    """Return the secret that all routers of a registry share; made when there is none."""
    query = sa.select(settings.c.value).where(settings.c.key == SETTING)
    with registry.reading() as connection:
        found = connection.execute(query).scalar_one_or_none()
    if found is None:
        with registry.writing() as connection:
            found = connection.execute(query).scalar_one_or_none()
            if found is None:
                found = secrets.token_hex(32)
                connection.execute(settings.insert().values(key=SETTING, value=found))
    return bytes.fromhex(found)
