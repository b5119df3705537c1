"""What is left of a program when its names and constants are abstracted."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/            # comments say nothing about structure
    |b?"(?:\\.|[^"\\])*"|b?'(?:\\.|[^'\\])'  # string, character
    |\d[\w.]*?(?=\.\.|\.[a-z]|[^\w.]|$)      # number
    |[A-Za-z_]\w*|'[a-z_]\w*|\S""",
    re.VERBOSE | re.DOTALL,
)
_RESERVED = """
as break const continue else enum fn for if impl in let loop match mod move mut pub ref return
self struct trait use where while true false
"""
_KEYWORDS = frozenset(_RESERVED.split())


def skeleton(program: str) -> str:
    """Keywords and punctuation in order; every other name is `n`, every literal `0`, comments gone.

    Method and type names are abstracted too, so two programs of one skeleton may well do different
    things: the split by skeleton is stricter than it need be, never laxer.
    """
    return " ".join(filter(None, map(_abstract, _TOKEN.findall(program))))


def _abstract(token: str) -> str:
    if token.startswith(("//", "/*")):
        return ""
    if token[0] in "\"'" or token[0].isdigit() or token.startswith(('b"', "b'")):
        return "0"
    if token[0].isalpha() or token[0] == "_":
        return token if token in _KEYWORDS else "n"
    return token
