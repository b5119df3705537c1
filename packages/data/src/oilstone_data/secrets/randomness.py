"""Whether a value looks made up by a machine, or like a word that stands for one."""

from __future__ import annotations

import math
import re
from collections import Counter

_PLACEHOLDERS = re.compile(
    rb"(?i)example|sample|dummy|placeholder|fake|change_?me|redacted|your[_-]|insert[_-]|xxxx|\*\*\*"
    rb"|\.\.\.|1234567890?$|abcdef|process\.env|os\.environ|getenv|^<.*>$|^\$?\{.*\}$|^\$\w+$|^%"
)
_WORDS = re.compile(rb"[a-z]{2,}(?:[_./ :-]*[A-Z]?[a-z]{2,})*")


def entropy(value: bytes) -> float:
    """Shannon's entropy of the bytes of `value`, in bits per byte (Shannon 1948, section 6)."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values())


def stands_for_a_secret(value: bytes) -> bool:
    """Whether `value` is a placeholder, a path, or made of plain words."""
    return bool(_PLACEHOLDERS.search(value) or _WORDS.fullmatch(value) or value.count(b"/") > 3)


def random_value(value: bytes) -> bool:
    """Letters and digits, at least 3 bits per byte, no placeholder."""
    mixed = any(b in b"0123456789" for b in value) and any(b >= 65 for b in value)
    return mixed and entropy(value) >= 3.0 and not stands_for_a_secret(value)


def password(value: bytes) -> bool:
    """Some letter or digit, not one plain word, at least 2 bits per byte, no placeholder."""
    written = any(48 <= b < 58 or 65 <= b < 91 or b >= 97 for b in value)
    return written and entropy(value) >= 2.0 and not stands_for_a_secret(value)


def secret(value: bytes) -> bool:
    """At least 3 bits per byte, with digits or marks, no placeholder."""
    mixed = any(48 <= b < 58 or b in b"!#$%&*+?@^~=<>{}[]()" for b in value)
    return mixed and entropy(value) >= 3.0 and not stands_for_a_secret(value)


def three_sorts(value: bytes) -> bool:
    """Digits, small and large letters."""
    sorts = (
        any(48 <= b < 58 for b in value),
        any(65 <= b < 91 for b in value),
        any(97 <= b < 123 for b in value),
    )
    return all(sorts)


def random_base64(value: bytes) -> bool:
    """Digits, small and large letters, at least 4.5 bits per byte, no placeholder."""
    return three_sorts(value) and entropy(value) >= 4.5 and not stands_for_a_secret(value)
