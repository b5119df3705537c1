"""Which of many patterns occur in a text, in one linear scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import re2  # type: ignore[import-untyped]  # it ships no types

from oilstone_schemas.command import OilstoneError

_MEMORY = 64 << 20  # bytes for RE2's automaton


class Scanner:
    """Patterns by name, compiled into one RE2 set.

    RE2's sets have no second engine: an automaton that runs out of memory answers "nothing found",
    or cannot be built at all. The end of the text is therefore a pattern too: an answer without it
    is no answer, and the patterns are then looked for one by one.
    """

    def __init__(self, patterns: Mapping[str, str], memory: int = _MEMORY) -> None:
        """Compile `patterns`; `^` and `$` match at lines. `memory`: bytes for the automaton.

        Raises OilstoneError that names a pattern which is not in RE2's syntax.
        """
        self.names = list(patterns)
        self.fallbacks = 0
        self._end = len(self.names)
        self._known: dict[tuple[int, ...], frozenset[str]] = {}
        self._singles = {name: _single(name, text) for name, text in patterns.items()}
        self._set = _together([*(f"(?m){text}" for text in patterns.values()), r"\z"], memory)

    def scan(self, text: str) -> frozenset[str]:
        """Return the names of the patterns that occur in `text`."""
        key = () if self._set is None else tuple(self._set.Match(text.encode()))
        found = self._known.get(key)
        if found is None:
            found = self._named(key, text)
        return found

    def _named(self, key: tuple[int, ...], text: str) -> frozenset[str]:
        if self._end in key:
            names = frozenset(self.names[i] for i in key if i != self._end)
            return self._known.setdefault(key, names)
        self.fallbacks += 1
        return frozenset(name for name, single in self._singles.items() if single.search(text))


def _single(name: str, pattern: str) -> Any:
    try:
        return re2.compile(f"(?m){pattern}", options=_options(_MEMORY))
    except re2.error as error:
        why = error.args[0].decode("utf-8", "replace")
        raise OilstoneError(f"pattern {name!r}: not in RE2's syntax: {why}") from error


def _together(patterns: Sequence[str], memory: int) -> Any:
    found = re2.Set.SearchSet(_options(memory))
    for pattern in patterns:
        found.Add(pattern)
    try:
        found.Compile()
    except re2.error:
        return None
    return found


def _options(memory: int) -> re2.Options:
    options = re2.Options()
    options.max_mem, options.log_errors = memory, False
    return options


@cache
def shared(patterns: tuple[tuple[str, str], ...]) -> Scanner:
    """Return this process's scanner for (name, pattern): its automaton grows warm with use."""
    return Scanner(dict(patterns))
