"""Exact duplicates: equal once a byte order mark, line ends and trailing blanks are taken away."""

from __future__ import annotations

import hashlib
import re

_TRAILING = re.compile(r"[ \t]+\n")


def normal_form(text: str) -> str:
    """`text` with `\\n` alone, without byte order marks before it or blanks at ends of lines."""
    text = text.lstrip("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if " \n" in text or "\t\n" in text:
        text = _TRAILING.sub("\n", text)
    return text.rstrip(" \t\n")


def digest(text: str) -> bytes:
    """SHA-256 of the normal form: equal for exact duplicates, and for nothing else."""
    return hashlib.sha256(normal_form(text).encode("utf-8", "surrogatepass")).digest()
