"""Where secrets stand: a keyword search picks the rules, RE2 finds, each rule's check decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import ahocorasick_rs
import re2  # type: ignore[import-untyped]  # google-re2 ships no types

from oilstone_data.secrets.generic import GENERIC
from oilstone_data.secrets.keys import KEYS
from oilstone_data.secrets.personal import PERSONAL
from oilstone_data.secrets.rule import Rule

RULES = (*KEYS, *GENERIC, *PERSONAL)
_MEMORY = 64 << 20  # bytes of states: with fewer they are thrown away and made again all the time


class Finding(NamedTuple):
    """A secret of some kind in bytes `start` to `end` of a text in UTF-8."""

    kind: str
    start: int
    end: int


class _Scanner:
    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = [(rule, re2.compile(rule.pattern.encode())) for rule in rules]
        self._words = sorted({word for rule in rules for word in rule.keywords})
        self._hints = sorted({rule.hint for rule in rules if rule.hint})
        triggers = [*self._words, *self._hints]
        self._of_trigger = [
            [n for n, rule in enumerate(rules) if trigger in (*rule.keywords, rule.hint)]
            for trigger in triggers
        ]
        self._automaton = ahocorasick_rs.BytesAhoCorasick(
            [word.encode() for word in self._words],
            implementation=ahocorasick_rs.Implementation.DFA,
        )
        self._set = re2.Set.SearchSet(_options())
        # The empty pattern always matches: a scan that ran out of memory is told by its absence.
        for hint in ("", *self._hints):
            self._set.Add(hint.encode())
        self._set.Compile()

    def find(self, text: bytes) -> list[Finding]:
        return _apart([f for n in self._picked(text) for f in self._apply(n, text)])

    def _picked(self, text: bytes) -> list[int]:
        """Numbers of the rules whose keywords or hints the text holds, in order."""
        hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
        triggers = {word for word, _, _ in hits}
        hints = self._set.Match(text)
        if 0 not in hints:
            return list(range(len(self._rules)))
        triggers.update(len(self._words) - 1 + hint for hint in hints if hint)
        return sorted({n for trigger in triggers for n in self._of_trigger[trigger]})

    def _apply(self, number: int, text: bytes) -> Iterator[Finding]:
        rule, pattern = self._rules[number]
        for match in pattern.finditer(text):
            start, end = _span(match)
            if rule.accept(text[start:end]):
                yield Finding(rule.kind, start, end)


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem, options.log_errors = _MEMORY, False
    return options


def _span(match: Any) -> tuple[int, int]:
    """Where the first group that took part stands, or else all of the match."""
    groups = range(1, match.re.groups + 1)
    group = next((n for n in groups if match.start(n) >= 0), 0)
    return match.start(group), match.end(group)


def _apart(found: list[Finding]) -> list[Finding]:
    """Findings in order, those that overlap made one, of the kind of the rule that comes first."""
    apart: list[Finding] = []
    for finding in found:
        over = [o for o in apart if finding.start < o.end and o.start < finding.end]
        if over:
            apart = [other for other in apart if other not in over]
            start = min(f.start for f in (*over, finding))
            finding = Finding(over[0].kind, start, max(f.end for f in (*over, finding)))
        apart.append(finding)
    return sorted(apart, key=lambda finding: finding.start)


@cache
def _scanner() -> _Scanner:
    return _Scanner(RULES)


def find(text: bytes) -> list[Finding]:
    """Secrets and personal data in `text` (UTF-8), in order."""
    return _scanner().find(text)
