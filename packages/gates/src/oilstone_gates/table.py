"""A decision as an aligned table for people, at most 110 columns wide."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from oilstone_gates.decide import PASSED
from oilstone_gates.decision import Decision
from oilstone_gates.markdown import word

WIDTH = 110
HEAD = ("gate", "asks", "against", "observed", "interval", "n", "verdict")
WIDEST = (26, 18, 18, 9, 18, 6, 20)
ENDS = ("low", "high")
RIGHT = {"observed", "n"}


def render(decision: Decision, *, up_to_date: bool) -> str:
    """Return the gates as a table, why each that did not pass did not, and the decision."""
    gates = decision.data["gates"]
    lines = [*_table([HEAD, *map(_row, gates)]), ""]
    for gate in gates:
        if gate["verdict"] != PASSED:
            lines += _wrapped(f"{word(gate)}: {gate['name']}: {gate['explanation']}")
    for waiver in decision.data.get("waivers", []):
        lines += _wrapped(f"waiver of {waiver['gate']}: {waiver['state']}: {_about(waiver)}")
    return "\n".join([*lines, *_summary(decision, up_to_date)])


def _row(gate: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        gate["name"],
        f"{gate['basis']} {gate['op']} {gate['threshold']:g}",
        gate["baseline"] or "-",
        _number(gate["observed"], gate),
        "-" if gate["low"] is None else " to ".join(_number(gate[end], gate) for end in ENDS),
        str(gate["n"]),
        word(gate),
    )


def _about(waiver: Mapping[str, Any]) -> str:
    return f"{waiver['reason']} (until {waiver['expires']}, approved by {waiver['approver']})"


def _number(value: float | None, gate: Mapping[str, Any]) -> str:
    if value is None:
        return "-"
    return f"{value:+.3f}" if gate["baseline"] else f"{value:.3f}"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    cut = [[_cut(cell, most) for cell, most in zip(row, WIDEST, strict=True)] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cut, strict=True)]
    return ["  ".join(map(_pad, HEAD, row, widths)).rstrip() for row in cut]


def _cut(cell: str, most: int) -> str:
    return cell if len(cell) <= most else f"{cell[: most - 1]}…"


def _pad(title: str, cell: str, width: int) -> str:
    return cell.rjust(width) if title in RIGHT else cell.ljust(width)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ")


def _summary(decision: Decision, up_to_date: bool) -> list[str]:
    about = "no adapter: nothing to promote"
    if decision.adapter is not None:
        about = f"adapter {decision.adapter[:12]}"
    state = "up to date" if up_to_date else "written"
    # A path stays in one piece, however long, so that it can be copied.
    where = f"{decision.manifest.folder}: {state}"
    return [f"decision: {decision.verdict} ({about})", where]
