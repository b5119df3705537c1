"""Curves as SVG, drawn without a plotting library; loss.svg is one of them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 720, 360, 60, 40, 20, 20
COLORS = ("#3b6ea5", "#c0562f", "#4f8a4b", "#7a5aa6")
SERIES = ("loss", "eval_loss")
Points = Sequence[tuple[float, float]]


def svg(lines: Sequence[dict[str, Any]]) -> str:
    """Return the picture of a run's telemetry, as an SVG document."""
    return curves({name: over_steps(lines, name) for name in SERIES}, "Loss over steps")


def over_steps(lines: Sequence[Mapping[str, Any]], key: str) -> Points:
    """Return (step, value) of the lines that have a value under this key."""
    return [(line["step"], line[key]) for line in lines if line.get(key) is not None]


def curves(series: Mapping[str, Points], title: str, along: str = "step") -> str:
    """Return at most four curves of values that are not negative, as an SVG document."""
    points = [point for found in series.values() for point in found]
    across = max((x for x, _ in points), default=1) or 1
    up = max((y for _, y in points), default=1.0) or 1.0
    grid = "".join(_label(across, up, tick) for tick in _ticks(up))
    named = list(zip(series.items(), COLORS, strict=False))
    drawn = "".join(_curve(found, color, across, up) for (_, found), color in named)
    names = "".join(
        f'<text x="{WIDTH - RIGHT}" y="{TOP + 16 * (n + 1)}" fill="{color}" text-anchor="end">'
        f"{key}</text>"
        for n, ((key, _), color) in enumerate(named)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' font-family="sans-serif" font-size="12"><title>{title}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>{grid}{drawn}{names}'
        f'<text x="{LEFT}" y="{TOP - 6}">{title}</text>'
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 10}" text-anchor="end">{along} {across:g}</text>'
        "</svg>\n"
    )


def _place(x: float, y: float, across: float, up: float) -> tuple[float, float]:
    inner = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    return LEFT + inner[0] * x / across, TOP + inner[1] * (1 - y / up)


def _ticks(up: float) -> list[float]:
    step = 10.0 ** math.floor(math.log10(up))
    step = step / 2 if up / step < 3 else step
    return [n * step for n in range(int(up / step) + 1)]


def _label(across: float, up: float, tick: float) -> str:
    (x, y), (end, _) = _place(0, tick, across, up), _place(across, tick, across, up)
    return (
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{end:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
        f'<text x="{x - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>'
    )


def _curve(points: Points, color: str, across: float, up: float) -> str:
    path = " ".join("{:.1f},{:.1f}".format(*_place(x, y, across, up)) for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="1.5"/>'
