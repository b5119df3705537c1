"""The classifier: a pure function of a text and of `domains.json`.

A text's tokens are the matches of `[a-z_][a-z0-9_]*|[0-9]+|[^a-z0-9_\\s]` in its lower case, every
number written as 0. Its terms are all runs of 1 to L tokens, joined by blanks, each counted once;
L is the length of the longest term that has a weight. The score of a domain is its bias plus the
sum of the weights of its terms that the text has. The highest score wins, the first of equal ones;
below `least` it is `other`. Terms end where tokens end, so "heap" is not found in "cheap".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

_TOKEN = re.compile(r"[a-z_][a-z0-9_]*|[0-9]+|[^a-z0-9_\s]")


class Verdict(NamedTuple):
    """A domain, how it was found ("tags" or "signals"), its share of exp(score), the scores."""

    domain: str
    by: str
    confidence: float
    scores: dict[str, float]


def tokens(text: str) -> list[str]:
    """Return the words and signs of a text, lower case, numbers as 0."""
    return ["0" if word[0].isdigit() else word for word in _TOKEN.findall(text.lower())]


def terms(text: str, longest: int) -> set[str]:
    """Return every run of 1 to `longest` tokens of a text."""
    words = tokens(text)
    return {
        " ".join(words[start : start + length])
        for length in range(1, longest + 1)
        for start in range(len(words) - length + 1)
    }


@dataclass(frozen=True)
class Classifier:
    """The content of `domains.json`, ready to classify with."""

    domains: Mapping[str, Any]

    @cached_property
    def longest(self) -> int:
        """The number of tokens of the longest term."""
        weighted = (term for domain in self.domains["domains"] for term in domain["weights"])
        return max(len(term.split()) for term in weighted)

    def classify(self, text: str, tags: Iterable[str] = ()) -> Verdict:
        """Return the domain of a text: that of its first known tag, else of its signals."""
        for tag in tags:
            if (found := self.domains["tags"].get(" ".join(tag.lower().split()))) is not None:
                return Verdict(found, "tags", 1.0, {})
        return self._by_signals(terms(text, self.longest))

    def _by_signals(self, found: set[str]) -> Verdict:
        scores = {
            domain["name"]: domain["bias"] + _weight(domain["weights"], found)
            for domain in self.domains["domains"]
        }
        best = max(scores, key=lambda name: scores[name])
        share = 1 / sum(math.exp(score - scores[best]) for score in scores.values())
        if scores[best] < self.domains["least"]:
            return Verdict(self.domains["other"], "signals", 1.0 - share, scores)
        return Verdict(best, "signals", share, scores)


def _weight(weights: Mapping[str, float], found: set[str]) -> float:
    # Summed in a fixed order: floats added in another order may differ in the last digit.
    return math.fsum(weights[term] for term in sorted(weights.keys() & found))


def selected(domains: Sequence[str], verdict: Verdict) -> bool:
    """Tell whether a recipe that names `domains` wants what was classified so."""
    return verdict.domain in domains
