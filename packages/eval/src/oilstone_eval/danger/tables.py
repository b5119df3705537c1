"""Rules that are a pattern over the arguments, written as tables.

A row is `tools: pattern -> what it does`. Before what it does stands `?` when one should only look
before running it, `~` when that depends on whether the thing is one that others live on, and `!`
when the machine is lost. Everything unknown, and every dry run, only asks for a look.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from oilstone_eval.danger.calls import Call, rule
from oilstone_eval.danger.levels import Hit, Level
from oilstone_eval.danger.marks import ENDLESS, LISTED, TEMPLATE, UNKNOWN

# Names that say that others depend on it.
_LIVE = re.compile(
    rf"DISABLE_DATABASE_ENVIRONMENT_CHECK=1|\b(prod|production|live|kube-system|default|primary)\b|{LISTED}"
)
_TRIES = re.compile(
    r"\s(--dry-?run(?!=none)\S*|--what-?if|--simulate|--help|--preview|help|:memory:)\s|\s-h\s*$"
)
# What is typed ahead, so that a tool which asks goes on.
_YES = re.compile(rf"(?:(?:y|yes)\s*)+{ENDLESS}?|\S*\s*{ENDLESS}", re.IGNORECASE)
_LEVELS = {"?": Level.REVIEW, "!": Level.CRITICAL}


def table(category: str, rows: str, stdin: bool = False) -> None:
    """Register the rows; with `stdin` the pattern is also looked for in what the tool is fed."""
    for row in filter(None, map(str.strip, rows.splitlines())):
        tools, _, rest = row.partition(": ")
        pattern, _, reason = rest.rpartition(" -> ")
        _register(tools, category, pattern.strip(), reason.strip(), stdin)


def _register(tools: str, category: str, pattern: str, reason: str, stdin: bool) -> None:
    mark, reason = (reason[0], reason[1:]) if reason[0] in "?~!" else ("", reason)

    @rule(tools)
    def _found(call: Call) -> Iterator[Hit]:
        text = call.wide + ("-y " if _YES.fullmatch((call.stdin or "").strip()) else "")
        text += f"{call.stage} " if call.stage else ""
        text += f"\n{(call.stdin or '').strip(ENDLESS)} " if stdin else ""
        if found := _compiled(pattern).search(text):
            yield Hit(_level(mark, text, found[0]), category, f"{reason} ({call.name})")


def _level(mark: str, text: str, matched: str) -> Level:
    if (
        UNKNOWN in matched
        or TEMPLATE in text
        or _TRIES.search(text)
        or (mark == "~" and not _LIVE.search(text))
    ):
        return Level.REVIEW
    return _LEVELS.get(mark, Level.DANGEROUS)


@lru_cache(maxsize=1000)
def _compiled(pattern: str) -> "re.Pattern[str]":
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)
