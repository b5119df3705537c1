"""Taking secrets out of texts, with a placeholder that tells their kind left behind."""

from __future__ import annotations

from collections import Counter

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


def _replaced(data: bytes, found: list[Finding]) -> bytes:
    pieces, end = [], 0
    for finding in found:
        pieces += [data[end : finding.start], f"<{finding.kind.upper()}>".encode()]
        end = finding.end
    return b"".join([*pieces, data[end:]])
