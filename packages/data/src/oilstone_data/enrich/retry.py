"""How long to wait before a request is made again."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# The server may yet answer these; any other 4xx says that the request itself is wrong.
AGAIN = frozenset({408, 409, 425, 429})


def worth_repeating(status: int) -> bool:
    """Tell whether a request answered by this HTTP status may fare better later."""
    return status in AGAIN or status >= 500


def backoff(attempt: int, first: float, longest: float) -> float:
    """Return seconds to wait after attempt number `attempt` (from 0): doubled, capped, jittered.

    Between half of it and all of it, so that requests that failed together do not return together.
    """
    return min(longest, first * 2.0**attempt) * random.uniform(0.5, 1.0)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110, 10.2.3), or None."""
    given = headers.get("retry-after", "").strip()
    if given.replace(".", "", 1).isdigit():
        return float(given)
    try:
        moment = parsedate_to_datetime(given)
    except ValueError:
        return None
    return max(0.0, (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds())
