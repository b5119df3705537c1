"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple


def always(value: bytes) -> bool:
    """Accept whatever the pattern found."""
    return True


class Rule(NamedTuple):
    """A kind of secret or of personal data.

    `pattern` is RE2 syntax on bytes; the first group that took part, or all of it, is taken out.
    It is tried on texts that hold one of `keywords` or something that `hint`, a short pattern,
    finds. `accept` sees the value and has the last word.
    """

    kind: str
    pattern: str
    keywords: Sequence[str] = ()
    hint: str = ""
    accept: Callable[[bytes], bool] = always
