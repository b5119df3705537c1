"""What is left of a command when its names and constants are abstracted."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"(?<=\s)--?[A-Za-z][\w-]*|[\w.]+|\S")
_WORDS = """
for in do done while if then else fi read echo printf ls cat grep sed tr cut sort uniq head tail
tac rev nl wc find xargs cp mv ln mkdir f n
"""
_KEPT = frozenset(_WORDS.split())


def skeleton(command: str) -> str:
    """Programs, options and punctuation in order; every other word is `0`, in quotes or not.

    Patterns lose their words and keep their marks: `'^rust'` and `'^iron'` are one, `'rust$'` is
    another.
    """
    return " ".join(map(_abstract, _TOKEN.findall(command)))


def _abstract(token: str) -> str:
    if token[0] == "-" or not re.match(r"[\w.]", token) or token in _KEPT:
        return token
    return "0"
