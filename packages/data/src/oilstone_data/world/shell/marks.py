"""Marks of careful and of careless shell in a command, each counted as present or absent."""

from __future__ import annotations

import re
from typing import TypedDict


class Signals(TypedDict):
    """Marks present: idiomatic 0 to 6, low_quality 0 to 6. A bare command is never documented."""

    idiomatic: int
    low_quality: int
    documented: bool


IDIOMATIC = {
    "quoted": r'"[^"\n]*\$[\w{]',
    "null_separated": r"-print0\b",
    "null_read": r"xargs -0|sort -z|read -r -d ''|-exec .*\+",
    "whole_lines": r"while IFS= read -r",
    "end_of_options": r"(?<= )-- ",
    "printf": r"\bprintf '",
}
LOW_QUALITY = {
    "unquoted": r"(?<![\w\"])(?<!\[\[ )\$(?:f|n)\b(?!\")",
    "split_list": r"\bfor \w+ in \$\(",
    "split_words": r"\$\((?:ls|find)\b",
    "useless_cat": r"\bcat \$\w+ \|",
    "blank_separated": r"xargs (?!-0)",
    "echo": r"\becho \$",
}


def signals(command: str) -> Signals:
    """How many marks of either sort `command` shows."""
    return {
        "idiomatic": sum(bool(re.search(mark, command)) for mark in IDIOMATIC.values()),
        "low_quality": sum(bool(re.search(mark, command)) for mark in LOW_QUALITY.values()),
        "documented": False,
    }
