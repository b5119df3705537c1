"""Programs as tokens, operators too, and what stays of them when names and literals change."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from oilstone_data.decontaminate.vocabulary import KEYWORDS, STANDARD

Codes = npt.NDArray[np.int32]

# Commas, semicolons and sorts of quotes are what formatters change.
_TOKEN = re.compile(r"\w+|->|=>|[^\w\s,;\"'`]")
NAME, NUMBER = 0, 1  # codes of every name and every number; then operators by code point
_FIRST = 1 << 21  # beyond all code points: standard names, then keywords and arrows


class Program(NamedTuple):
    """Tokens of a program in lower case, and for each what is left of it."""

    tokens: Sequence[str]
    codes: Codes

    @classmethod
    def of(cls, text: str, given: Collection[str] = (), most: int | None = None) -> Self:
        """The first `most` tokens of `text`; names in `given` are its own, whatever they are."""
        tokens = _TOKEN.findall(text.lower())[:most]
        code_of = {token: _CODES[token] for token in set(tokens)} | dict.fromkeys(given, NAME)
        return cls(tokens, np.fromiter(map(code_of.__getitem__, tokens), np.int32, len(tokens)))


def standard(codes: Codes) -> npt.NDArray[np.bool_]:
    """Which codes are names of standard libraries, which a program may give to other things."""
    found: npt.NDArray[np.bool_] = (codes >= _FIRST) & (codes < _FIRST + len(STANDARD))
    return found


class _Codes(dict[str, int]):
    """Keywords, names of standard libraries and operators stay; of a number that it is one."""

    def __missing__(self, token: str) -> int:
        if token[0].isdigit():
            return NUMBER
        return NAME if token[0].isalpha() or token[0] == "_" else ord(token)


_KEPT = [*sorted(STANDARD), *sorted(KEYWORDS), "->", "=>"]
_CODES = _Codes((token, _FIRST + number) for number, token in enumerate(_KEPT))
