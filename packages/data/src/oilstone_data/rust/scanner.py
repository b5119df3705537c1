"""Which of many patterns occur in a text, in one linear scan."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import re2  # type: ignore[import-untyped]  # it ships no types

from oilstone_schemas.command import OilstoneError

_MEMORY = 64 << 20  # bytes for RE2's automaton


class Scanner:
    """Patterns by name, compiled into one RE2 set.

    RE2's sets have no second engine: an automaton that runs out of memory answers "nothing found".
    The end of the text is therefore a pattern too: an answer without it is no answer, and the
    patterns are then looked for one by one.
    """

    def __init__(self, patterns: Mapping[str, str], memory: int = _MEMORY) -> None:
        """Compile `patterns`; `^` and `$` match at lines. `memory`: bytes for the automaton."""
        options = re2.Options()
        options.max_mem, options.log_errors = memory, False
        self.names = list(patterns)
        self._end = len(self.names)
        self._set = re2.Set.SearchSet(options)
        for name, pattern in patterns.items():
            self._add(name, pattern)
        self._set.Add(r"\z")
        self._set.Compile()
        self._patterns = dict(patterns)
        self._known: dict[tuple[int, ...], frozenset[str]] = {}
        self.fallbacks = 0

    def _add(self, name: str, pattern: str) -> None:
        try:
            self._set.Add(f"(?m){pattern}")
        except re2.error as error:
            raise OilstoneError(f"pattern {name!r}: not an RE2 pattern: {error}") from error

    def scan(self, text: str) -> frozenset[str]:
        """Return the names of the patterns that occur in `text`."""
        key = tuple(self._set.Match(text))
        found = self._known.get(key)
        if found is None:
            found = self._named(key, text)
        return found

    def _named(self, key: tuple[int, ...], text: str) -> frozenset[str]:
        if self._end in key:
            names = frozenset(self.names[i] for i in key if i != self._end)
            return self._known.setdefault(key, names)
        self.fallbacks += 1
        patterns = self._patterns.items()
        return frozenset(name for name, pattern in patterns if re2.search(f"(?m){pattern}", text))


@cache
def shared(patterns: tuple[tuple[str, str], ...]) -> Scanner:
    """Return this process's scanner for (name, pattern): its automaton grows warm with use."""
    return Scanner(dict(patterns))
