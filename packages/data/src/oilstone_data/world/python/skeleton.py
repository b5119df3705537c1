"""What is left of a Python program when its names and constants are abstracted."""

from __future__ import annotations

import re
from keyword import kwlist

_TOKEN = re.compile(
    r"""(?P<doc>\n[ ]*"{3}.*?"{3}|\#[^\n]*)   # says nothing about structure
    |(?P<value>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\d[\w.]*)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<line>\n\s*)                          # the depth of a line is structure
    |\S""",
    re.VERBOSE | re.DOTALL,
)
_KEYWORDS = frozenset(kwlist)


def skeleton(program: str) -> str:
    """Keywords, punctuation and depth; other names are `n`, literals `0`, comments gone.

    Names of functions, methods and types are abstracted too, so two programs of one skeleton may
    well do different things: the split by skeleton is stricter than it need be, never laxer.
    """
    kept: list[str] = []
    brackets = 0
    for match in _TOKEN.finditer(program.strip() + "\n"):
        token = match[0]
        if match.lastgroup == "line":
            if not brackets:
                kept.append(f"|{len(token.rpartition(chr(10))[2])}")
        elif match.lastgroup != "doc":
            brackets += (token in "([{") - (token in ")]}")
            kept.append(_abstract(token, match.lastgroup))
    return " ".join(kept)


def _abstract(token: str, kind: str | None) -> str:
    if kind == "value":
        return "0"
    return "n" if kind == "name" and token not in _KEYWORDS else token
