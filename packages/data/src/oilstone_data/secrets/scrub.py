"""Taking secrets out of texts, with a placeholder that tells their kind left behind."""

from __future__ import annotations

from collections import Counter
from typing import Any

import orjson

from oilstone_data.secrets.scan import Finding, find

_ROUNDS = 5  # what is taken out may lay open what stood beside it


def scrub(text: str) -> tuple[str, Counter[str]]:
    """Return `text` with `<KIND>` for every secret, and how many of each kind there were."""
    counts: Counter[str] = Counter()
    data = text.encode("utf-8", "surrogatepass")
    for _ in range(_ROUNDS):
        found = find(data)
        if not found:
            break
        counts.update(finding.kind for finding in found)
        data = _replaced(data, found)
    return (data.decode("utf-8", "surrogatepass") if counts else text), counts


def scrub_json(line: bytes) -> bytes:
    """Return JSON text with every string scrubbed; the text itself when none is secret."""
    value = orjson.loads(line)
    clean = _scrubbed(value)
    return line if clean == value else orjson.dumps(clean)


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)[0]
    if isinstance(value, list):
        return list(map(_scrubbed, value))
    if isinstance(value, dict):
        return {key: _scrubbed(item) for key, item in value.items()}
    return value


def _replaced(data: bytes, found: list[Finding]) -> bytes:
    pieces, end = [], 0
    for finding in found:
        pieces += [data[end : finding.start], f"<{finding.kind.upper()}>".encode()]
        end = finding.end
    return b"".join([*pieces, data[end:]])
