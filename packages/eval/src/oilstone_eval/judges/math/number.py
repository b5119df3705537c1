"""Reads a final answer as an exact number."""

import re
from dataclasses import dataclass
from fractions import Fraction

_CLEAN = re.compile(r"\\[!,;: ]|\\(?:left|right|displaystyle)\b|[\s$*€£]|\\\$|\\\(|\\\)|\\\[|\\\]")
_UNITS = re.compile(
    r"\\(?:text|mbox|mathrm|textbf)\s*\{[^{}]*\}(?:\^\{?\d\}?)?|\^\{?\\circ\}?|\\degree"
)
_SHORT = re.compile(r"\\[dtc]?frac\s*(?:\{([^{}]*)\}|(\d))\s*(?:\{([^{}]*)\}|(\d))")
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_RATIO = re.compile(rf"({_PLAIN.pattern})/({_PLAIN.pattern})")
_MIXED = re.compile(r"([+-]?\d+)[ +]\(?(\d+)/(\d+)\)?")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
# A number, then a unit in words, such as "18 dollars", "3 p.m." or "12 km per hour".
_WORDED = re.compile(r"([+-]?[\d.,/]*\d)\s*(?:[A-Za-z][A-Za-z. ²³/]*)?")
_LONGEST = 200


@dataclass(frozen=True)
class Number:
    """An exact value; `percent`: it stood before a per cent sign, which is not divided out."""

    value: Fraction
    percent: bool = False


def number(text: str) -> Number | None:
    """Return the number that the text is, units and thousands separators aside; None for others."""
    text = text.strip().rstrip(".")
    if text.isdecimal() and text.isascii() and len(text) < _LONGEST:
        return Number(Fraction(int(text)))
    if len(text) > _LONGEST or not any(sign.isdecimal() for sign in text):
        return None
    return _read(_UNITS.sub("", text))


def _read(text: str) -> Number | None:
    mixed = _MIXED.fullmatch(text.strip())
    if mixed:
        part = Fraction(int(mixed[2]), int(mixed[3]) or 1)
        whole = Fraction(int(mixed[1]))
        return Number(whole - part if mixed[1].startswith("-") else whole + part)
    if "=" in text:
        text = text.rpartition("=")[2]
    worded = _WORDED.fullmatch(text.strip().lstrip("$").strip())
    plain = _CLEAN.sub("", worded[1] if worded else text)
    percent = plain.endswith("%")
    plain = _THOUSANDS.sub("", plain.rstrip("%").rstrip("\\").replace("{,}", ","))
    value = _value(_SHORT.sub(_as_ratio, plain))
    return None if value is None else Number(value, percent)


def _as_ratio(found: re.Match[str]) -> str:
    return f"{found[1] or found[2]}/{found[3] or found[4]}"


def _value(text: str) -> Fraction | None:
    if text.startswith("-") and text[1:2] in ("$", "+"):
        text = f"-{text[2:]}"
    if _PLAIN.fullmatch(text):
        return Fraction(text)
    ratio = _RATIO.fullmatch(text)
    if not ratio or Fraction(ratio[2]) == 0:
        return None
    return Fraction(ratio[1]) / Fraction(ratio[2])


def equal(given: Number, right: Number, tolerance: float = 0.0) -> bool:
    """Tell whether two numbers are the same; `tolerance` is absolute or relative.

    A per cent sign may be a unit ("50%" for 50) or a hundredth ("50%" for 0.5).
    """
    values = [right.value]
    if given.percent != right.percent:
        values.append(right.value * 100 if given.percent else right.value / 100)
    if not tolerance:
        return given.value in values
    return any(_near(given.value, value, tolerance) for value in values)


def _near(given: Fraction, right: Fraction, tolerance: float) -> bool:
    allowed = Fraction(tolerance) * max(Fraction(1), abs(right))
    return abs(given - right) <= allowed
