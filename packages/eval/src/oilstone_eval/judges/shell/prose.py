"""Whether an answer is a command and nothing else."""

import re

from oilstone_eval.names import names

MOST_LINES = 5
_FENCE = re.compile(r"\s*```[\w+-]*\n(.*?)\n?```\s*", re.DOTALL)
_STARTS = names(
    "here this that these the a an to you i use run using note first then next finally sorry if it"
    " we and please sure explanation command output example answer certainly okay ok yes no as in"
    " following above below with"
)
_SHELLISH = re.compile(r"[|<>$;&`=*]|(^|\s)--?\w|/|['\"]|\\$")


def command_only(completion: str, parses: bool | None) -> bool:
    """Tell whether the answer is one command or script of a few lines, fenced or bare.

    Text before or after, comments and sentences are explanation.
    """
    fenced = _FENCE.fullmatch(completion)
    body = fenced[1] if fenced else completion
    lines = [line.strip() for line in body.strip().splitlines() if line.strip()]
    if not lines or "```" in body or parses is False or len(lines) > MOST_LINES:
        return False
    return not any(map(_is_prose, lines))


def _is_prose(line: str) -> bool:
    words = line.split()
    if line.startswith("#"):
        return True
    if line.endswith(":") and len(words) > 1:
        return True
    first = words[0].rstrip(",.:!").lower()
    if re.fullmatch(r"[A-Z][a-z']*[,:]?|I", words[0]) and len(words) > 2 and "=" not in words[0]:
        return True
    plain = not _SHELLISH.search(line)
    if first in _STARTS and len(words) > 2 and (plain or re.search(r"[a-z][.!?]$", line)):
        return True
    return plain and len(words) > 5 and bool(re.search(r"[a-z]{2}[.!?]$", line))
