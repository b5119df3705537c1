"""sweep.svg: how far each configuration is from the default, with its interval."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

WIDTH, ROW, LEFT, RIGHT, TOP = 720, 24, 320, 20, 36


def svg(lines: Sequence[Mapping[str, Any]], metric: str) -> str:
    """Return the picture of a table of `compare`, best first; left of the line is better."""
    shown = [(line["change"], line["against_default"]) for line in lines]
    ends = [end for _, found in shown if found for end in (found["low"], found["high"])]
    reach = max((abs(end) for end in ends), default=1.0) or 1.0
    rows = "".join(
        _row(number, change, found, reach) for number, (change, found) in enumerate(shown)
    )
    height, zero = TOP + ROW * (len(shown) + 1), _place(0.0, reach)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        f' font-family="sans-serif" font-size="12"><title>{escape(metric)} of the trials</title>'
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>'
        f'<text x="{zero:.1f}" y="20" text-anchor="middle">{escape(metric)} against the default,'
        f" within {reach:.3g}</text>"
        f'<line x1="{zero:.1f}" y1="{TOP - 8}" x2="{zero:.1f}" y2="{height}" stroke="#999"/>{rows}'
        "</svg>\n"
    )


def _place(value: float, reach: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (1 + value / reach) / 2


def _row(number: int, change: Mapping[str, Any], found: Any, reach: float) -> str:
    y = TOP + ROW * number + 8
    name = ", ".join(f"{key.rpartition('.')[2]} {value}" for key, value in change.items())
    label = (
        f'<text x="{LEFT - 12}" y="{y + 4}" text-anchor="end">{escape(name or "default")}</text>'
    )
    if not found:
        return label
    low, mean, high = (_place(found[key], reach) for key in ("low", "mean", "high"))
    return (
        f'{label}<line x1="{low:.1f}" y1="{y}" x2="{high:.1f}" y2="{y}" stroke="#3b6ea5"/>'
        f'<circle cx="{mean:.1f}" cy="{y}" r="4" fill="#3b6ea5"/>'
    )
