"""Finds the final answer in a solution."""

import re

_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)"
# A minus after a number subtracts.
_SIGN = r"(?:(?<![\d)%]\s)-\s?)?"
_NUMBER = re.compile(
    rf"(?<![\w.\\]){_SIGN}\$?\s?(?:{_DIGITS}(?:\.\d+)?|\.\d+)(?:\s?/\s?{_DIGITS})?\s?(?:\\?%)?"
)
_ANNOUNCED = re.compile(
    r"(?:\banswer\b(?:\s+is)?\s*[:=]?|^A:)[ \t]*\**[ \t]*([^\n]*\S)", re.IGNORECASE | re.MULTILINE
)
_BOXED = re.compile(r"\\(?:boxed|fbox)\s*(\{?)")
_ONE = re.compile(r"\s*(\\?[^\s{}$]+)")


def final(solution: str) -> str | None:
    """Return the text of the final answer, as it stands; None when there is none.

    In this order: the last \\boxed{...}; what follows the last "####"; what the last "answer is",
    "Answer:" or line "A:" announces; the last number.
    """
    if "\\boxed" in solution or "\\fbox" in solution:
        inside = _boxed(solution)
        if inside:
            return inside
    mark = solution.rfind("####")
    if mark >= 0:
        line = solution[mark + 4 :].lstrip(" \t#").split("\n", 1)[0].strip()
        if line:
            return line
    announced = _ANNOUNCED.findall(solution)
    if announced:
        return _sentence(announced[-1])
    return _last_number(solution)


def _last_number(solution: str) -> str | None:
    for line in reversed(solution.splitlines()):
        if found := _NUMBER.findall(line):
            last: str = found[-1]
            return last.strip()
    return None


def _boxed(solution: str) -> str | None:
    """Return what the last box holds, up to the brace that closes it."""
    *_, last = _BOXED.finditer(solution)
    if not last[1]:
        one = _ONE.match(solution, last.end())
        return one[1] if one else None
    depth = 1
    for place in range(last.end(), len(solution)):
        depth += {"{": 1, "}": -1}.get(solution[place], 0)
        if depth == 0:
            return solution[last.end() : place].strip()
    return None


def _sentence(text: str) -> str:
    """Return an announced answer without what a sentence adds to it."""
    formula = re.search(r"\$([^$\d][^$]*|[^$]*[\\^_=][^$]*)\$", text)
    if formula:
        return formula[1].strip()
    return re.split(r"(?<=\S)[.;](?:\s|$)", text, maxsplit=1)[0].strip(" *")
