"""The effect and its confidence sequence over the units, as an SVG that needs nothing else."""

from collections.abc import Sequence

WIDTH, HEIGHT, LEFT, PAD = 640, 320, 56, 24
Point = tuple[int, float, float, float]  # units, effect, low, high


def svg(curve: Sequence[Point], title: str) -> str:
    """Return the plot; `curve` as Analysis draws it. Without a point it shows the axes alone."""
    most = max((point[0] for point in curve), default=1)
    reach = max(
        (max(abs(low), abs(high)) for _, _, low, high in curve[len(curve) // 8 :]), default=1
    )
    reach = max(reach, 0.01)
    inner = [
        f'<text x="{LEFT}" y="16">{_escaped(title)}</text>',
        *_axes(most, reach),
        f'<polygon class="band" points="{_band(curve, most, reach)}"/>',
        f'<polyline class="effect" points="{_line(curve, most, reach)}"/>',
    ]
    return f"{HEAD}{''.join(inner)}</svg>\n"


HEAD = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
    "<style>text{font:12px sans-serif}.band{fill:#9bc4e2;opacity:.5}"
    ".effect{fill:none;stroke:#1b4f72;stroke-width:2}.axis{stroke:#888}</style>"
)


def _x(units: int, most: int) -> float:
    return LEFT + (WIDTH - LEFT - PAD) * units / most


def _y(value: float, reach: float) -> float:
    held = max(-reach, min(reach, value))
    return HEIGHT / 2 - (HEIGHT / 2 - PAD) * held / reach


def _line(curve: Sequence[Point], most: int, reach: float) -> str:
    return " ".join(f"{_x(n, most):.1f},{_y(value, reach):.1f}" for n, value, _, _ in curve)


def _band(curve: Sequence[Point], most: int, reach: float) -> str:
    lower = [f"{_x(n, most):.1f},{_y(low, reach):.1f}" for n, _, low, _ in curve]
    upper = [f"{_x(n, most):.1f},{_y(high, reach):.1f}" for n, _, _, high in reversed(curve)]
    return " ".join([*lower, *upper])


def _axes(most: int, reach: float) -> list[str]:
    zero = _y(0, reach)
    return [
        f'<line class="axis" x1="{LEFT}" x2="{WIDTH - PAD}" y1="{zero}" y2="{zero}"/>',
        *(
            f'<text x="4" y="{_y(value, reach) + 4:.1f}">{value:+.3f}</text>'
            for value in (-reach, 0.0, reach)
        ),
        f'<text x="{WIDTH - PAD}" y="{zero - 6}" text-anchor="end">{most} units</text>',
    ]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
