"""A waterfall: how many rows came in, what each reason took away, what is left. Plain SVG."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from oilstone_data.books import Books

_ROW, _BAR, _LEFT, _WIDE, _RIGHT = 22, 14, 230, 460, 210  # pixels
_STYLE = (
    "text{font:12px sans-serif;fill:#222}.left{fill:#4878a8}.gone{fill:#c8553d}"
    ".grid{stroke:#ddd}rect.paper{fill:#fff}"
)


class Bar(NamedTuple):
    """One line of the plot: rows that stay (`gone` False) or went, drawn from `start` on."""

    label: str
    start: int
    rows: int
    gone: bool


def bars(books: Books) -> list[Bar]:
    """Return the bars from the rows that were read to those that are left."""
    return list(_bars(books))


def _bars(books: Books) -> Iterator[Bar]:
    stages = books.stages()
    left = sum(entry.entered for entry in stages if entry.stage in ("read", "world"))
    yield Bar("read", 0, left, False)
    for entry in stages:
        for reason, count in sorted(entry.refused.items(), key=lambda item: (-item[1], item[0])):
            left -= count
            yield Bar(f"{entry.stage}: {reason}", left, count, True)
        if entry.made > entry.passed:
            left += entry.made - entry.passed
            yield Bar(f"{entry.stage}: one row per solution", 0, left, False)
    yield Bar("left", 0, left, False)


def draw(books: Books) -> str:
    """Return the plot as SVG text; equal books give equal text."""
    found = bars(books)
    most = max((bar.start + bar.rows for bar in found), default=0) or 1
    height = _ROW * (len(found) + 1)
    lines = [line for at, bar in enumerate(found) for line in _line(bar, at, most, found[0].rows)]
    width = _LEFT + _WIDE + _RIGHT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img" aria-label="rows left after each reason">\n'
        f'<style>{_STYLE}</style>\n<rect class="paper" width="100%" height="100%"/>\n'
        + "\n".join(lines)
        + "\n</svg>\n"
    )


def _line(bar: Bar, at: int, most: int, read: int) -> Iterator[str]:
    top = _ROW * at + _ROW // 2
    x, wide = _LEFT + _WIDE * bar.start / most, max(1.0, _WIDE * bar.rows / most)
    text = top + _BAR - 3
    share = 100 * bar.rows / read if read else 0.0
    sign = "-" if bar.gone else ""
    yield f'<text x="{_LEFT - 8}" y="{text}" text-anchor="end">{escape(bar.label)}</text>'
    yield (
        f'<rect class="{"gone" if bar.gone else "left"}" x="{x:.1f}" y="{top}"'
        f' width="{wide:.1f}" height="{_BAR}"/>'
    )
    yield f'<text x="{x + wide + 6:.1f}" y="{text}">{sign}{bar.rows} ({share:.1f} %)</text>'
