"""Final answers that are the same but for how LaTeX spells them."""

import re

_SAME = (
    (re.compile(r"\\[!,;: ]|\\(?:left|right|displaystyle)\b|\\[()\[\]]|[\s$~]"), ""),
    (re.compile(r"\\[dtc]frac"), r"\\frac"),
    (re.compile(r"\\frac(\d)(\d)"), r"\\frac{\1}{\2}"),
    (re.compile(r"\\frac(\d)\{"), r"\\frac{\1}{"),
    (re.compile(r"(\\frac\{[^{}]*\})(\d)"), r"\1{\2}"),
    (re.compile(r"\\sqrt(\w)"), r"\\sqrt{\1}"),
    (re.compile(r"\\(?:text|mbox|mathrm|textbf)\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\^\{?\\circ\}?|\\degree"), ""),
    (re.compile(r"\\%"), "%"),
    (re.compile(r"^[a-zA-Z]=(?=.)"), ""),
    (re.compile(r"\.$"), ""),
)


def spelling(answer: str) -> str:
    """Return one spelling of an answer: without blanks, sizes of brackets and units' fonts."""
    for pattern, other in _SAME:
        answer = pattern.sub(other, answer)
    return answer
