"""Shares and scores of several reports as lines over steps: an SVG, nothing but text."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 860, 420, 50, 20, 45, 210
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#7f7f7f")
Line = tuple[str, list[tuple[float, Mapping[str, Any]]]]


def svg(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the plot of a history's reports, against steps, or their order when one has none."""
    steps = [row["step"] for row in rows]
    known = None not in steps and len(set(steps)) == len(steps)
    places = [float(x) for x in (steps if known else range(1, len(rows) + 1))]
    lines = _lines(rows, places)
    title = "step" if known else "report"
    body = [_frame(places, title), *(_line(n, line, places) for n, line in enumerate(lines))]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
        f' height="{HEIGHT}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _lines(rows: Sequence[Mapping[str, Any]], places: Sequence[float]) -> list[Line]:
    """Return the metrics that lie between 0 and 1, each with its points."""
    names = dict.fromkeys(name for row in rows for name in row["metrics"])
    found = []
    for name in names:
        each = [(x, row["metrics"].get(name)) for x, row in zip(places, rows, strict=True)]
        points = [(x, r) for x, r in each if r and r["value"] is not None and _bounded(r)]
        if points:
            found.append((name, points))
    return found


def _bounded(record: Mapping[str, Any]) -> bool:
    return record["unit"] in ("share", "score")


def _x(value: float, places: Sequence[float]) -> float:
    low, high = min(places), max(places)
    share = (value - low) / (high - low) if high > low else 0.5
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(value: float) -> float:
    return TOP + (1 - value) * (HEIGHT - TOP - BOTTOM)


def _frame(places: Sequence[float], title: str) -> str:
    right = WIDTH - RIGHT
    parts = []
    for tenth in range(0, 11, 2):
        y = _y(tenth / 10)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{right}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tenth / 10}</text>')
    every = max(1, len(places) // 10)
    for place in places[::every]:
        x = _x(place, places)
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 25}" text-anchor="middle">{place:g}</text>')
    middle = (LEFT + right) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">{title}</text>')
    return "\n".join(parts)


def _line(number: int, line: Line, places: Sequence[float]) -> str:
    name, points = line
    colour = COLOURS[number % len(COLOURS)]
    path = " ".join(f"{_x(x, places):.1f},{_y(record['value']):.1f}" for x, record in points)
    bars = "".join(
        f'<path d="M{_x(x, places):.1f} {_y(record["low"]):.1f}V{_y(record["high"]):.1f}"'
        f' stroke="{colour}" opacity=".4"/>'
        for x, record in points
        if record["low"] is not None
    )
    label = TOP + 14 + 18 * number
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{bars}'
        f'<path d="M{WIDTH - RIGHT + 12} {label - 4}h18" stroke="{colour}" stroke-width="3"/>'
        f'<text x="{WIDTH - RIGHT + 36}" y="{label}">{escape(name)}</text>'
    )
