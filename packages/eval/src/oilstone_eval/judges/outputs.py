"""Compares what a program printed with what it should have printed."""

import math
from collections.abc import Callable

SHOWN = 120


def difference(got: str, wanted: str, compare: str = "lines", tolerance: float = 1e-6) -> str:
    """Return where `got` differs from `wanted`; empty when it does not, by the rule `compare`.

    lines: trailing blanks of lines and blank lines at the end do not count. exact: everything
    counts. whitespace: word by word. float: word by word, but two words that are numbers may differ
    by `tolerance`, absolute or relative to the wanted one.
    """
    if got == wanted:
        return ""
    if compare == "exact":
        return _first(got.split("\n"), wanted.split("\n"), "line", str.__eq__)
    if compare == "lines":
        return _first(_lines(got), _lines(wanted), "line", str.__eq__)
    same = str.__eq__ if compare == "whitespace" else _near(tolerance)
    return _first(got.split(), wanted.split(), "word", same)


def _lines(text: str) -> list[str]:
    """Split into lines without trailing blanks, and without blank lines at the end."""
    return "\n".join(line.rstrip() for line in text.splitlines()).rstrip("\n").split("\n")


def _near(tolerance: float) -> Callable[[str, str], bool]:
    def same(got: str, wanted: str) -> bool:
        if got == wanted:
            return True
        try:
            one, other = float(got), float(wanted)
        except ValueError:
            return False
        gap = abs(one - other)
        return math.isfinite(gap) and gap <= max(tolerance, tolerance * abs(other))

    return same


def _first(got: list[str], wanted: list[str], unit: str, same: Callable[[str, str], bool]) -> str:
    for number, (one, other) in enumerate(zip(got, wanted, strict=False), start=1):
        if not same(one, other):
            return f"{unit} {number} is {one[:SHOWN]!r}, not {other[:SHOWN]!r}"
    return "" if len(got) == len(wanted) else f"{len(got)} {unit}s, not {len(wanted)}"
