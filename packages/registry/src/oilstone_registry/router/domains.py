"""`model: auto`: the domain of a text by `domains.json`, and the specialist for it.

The classifier is a pure function of the file, defined in the schema domains.v1; whoever exports
the file (`oilstone-data classify --export`) finds the same domain.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from oilstone_registry.router.state import Snapshot
from oilstone_schemas import artifact, content, validate
from oilstone_schemas.command import OilstoneError

MOST = 4_000  # characters of a text that are looked at: the loop serves others meanwhile
_TOKEN = re.compile(r"[a-z_][a-z0-9_]*|[0-9]+|[^a-z0-9_\s]")


class Domain(NamedTuple):
    """A text's domain and its share of exp(score), in (0, 1]."""

    name: str
    confidence: float


class Domains:
    """A `domains.json`, or the artifact with one, ready to classify with."""

    def __init__(self, path: Path, chosen: Mapping[str, str] | None = None) -> None:
        """`chosen` names the specialist of a domain where the registry leaves it open."""
        self.chosen = dict(chosen or {})
        self._file = _load(path)
        terms = [term for one in self._file["domains"] for term in one["weights"]]
        self._longest = max((len(term.split()) for term in terms), default=1)
        self._by_term: dict[str, list[tuple[int, float]]] = {}
        for number, one in enumerate(self._file["domains"]):
            for term, weight in one["weights"].items():
                self._by_term.setdefault(term, []).append((number, weight))

    def classify(self, text: str) -> Domain:
        """Return the domain of a text."""
        weights: list[list[float]] = [[one["bias"]] for one in self._file["domains"]]
        for term in sorted(self._terms(text) & self._by_term.keys()):
            for number, weight in self._by_term[term]:
                weights[number].append(weight)
        scores = [one[0] + math.fsum(one[1:]) for one in weights]
        best = max(range(len(scores)), key=scores.__getitem__)
        share = 1 / sum(math.exp(score - scores[best]) for score in scores)
        if scores[best] < self._file["least"]:
            return Domain(self._file["other"], 1 - share)
        return Domain(self._file["domains"][best]["name"], share)

    def specialist(self, domain: str, snapshot: Snapshot) -> str:
        """Return the name that answers a domain; raises OilstoneError when none or several do."""
        if (chosen := self.chosen.get(domain)) in snapshot.specialists:
            return str(chosen)
        found = [
            name for name, one in snapshot.specialists.items() if domain in one.production.domains
        ]
        if len(found) == 1:
            return found[0]
        several = f"{', '.join(found)} are" if found else "no specialist is"
        raise OilstoneError(
            f"model auto: this is about {domain}, and {several} for that; name the specialist, or"
            f" start the router with --route {domain}=NAME"
        )

    def _terms(self, text: str) -> set[str]:
        found = _TOKEN.findall(text[:MOST].lower())
        words = ["0" if word[0].isdigit() else word for word in found]
        return {
            " ".join(words[start : start + length])
            for length in range(1, self._longest + 1)
            for start in range(len(words) - length + 1)
        }


def text_of(body: Mapping[str, Any]) -> str:
    """Return what a request asks: its last user message, its prompt, or its input."""
    for message in reversed(_list(body.get("messages"))):
        if isinstance(message, dict) and message.get("role") == "user":
            return _text(message.get("content"))
    return _text(body.get("prompt") or body.get("input"))


def _text(value: Any) -> str:
    """Return the text of a string, of a list of strings, or of the parts of a message."""
    if isinstance(value, str):
        return value
    parts = [one.get("text") if isinstance(one, dict) else one for one in _list(value)]
    return "\n".join(one for one in parts if isinstance(one, str))


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _load(path: Path) -> dict[str, Any]:
    if path.is_dir():
        path = artifact.load(path, "domains").folder / "domains.json"
    found = content.read(path)
    validate.check(found, "domains.v1", str(path))
    return dict(found)
