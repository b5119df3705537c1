"""Programs as tokens, operators too, and what stays of them when names and literals change."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple, Self

from oilstone_data.decontaminate.vocabulary import KEYWORDS, STANDARD

# Commas, semicolons and sorts of quotes are what formatters change.
_TOKEN = re.compile(r"\w+|[^\w\s,;\"'`]")
NAME, NUMBER = "a", "0"  # stand for every name and every number


class Program(NamedTuple):
    """Tokens of a program in lower case, and for each what is left of it."""

    tokens: Sequence[str]
    codes: Sequence[str]

    @classmethod
    def of(cls, text: str, given: Collection[str] = (), most: int | None = None) -> Self:
        """The first `most` tokens of `text`; names in `given` are its own, whatever they are."""
        tokens = _TOKEN.findall(text.lower())[:most]
        if not given:
            return cls(tokens, [_CODES[token] for token in tokens])
        return cls(tokens, [NAME if token in given else _CODES[token] for token in tokens])


class _Codes(dict[str, str]):
    """Keywords, names of standard libraries and operators stay; of a number that it is one."""

    def __missing__(self, token: str) -> str:
        if token[0].isdigit():
            return NUMBER
        return NAME if token[0].isalpha() or token[0] == "_" else token


_CODES = _Codes((word, word) for word in KEYWORDS | STANDARD)
