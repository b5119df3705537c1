"""A decision as Markdown, for a pull request or a model card."""

from collections.abc import Iterator, Mapping
from typing import Any

from oilstone_gates.decide import PASSED

_ODD = str.maketrans({"|": "\\|", "\n": " ", "<": "&lt;"})


def render(data: Mapping[str, Any]) -> str:
    """Return a decision as Markdown: the verdict, a table of gates, and what was waived."""
    return "\n".join([*_head(data), "", *_table(data["gates"]), *_notes(data)]) + "\n"


def _head(data: Mapping[str, Any]) -> Iterator[str]:
    adapter = data["adapter"]
    yield f"# Decision: {data['verdict']}"
    yield ""
    yield f"- adapter: {adapter['digest'] if adapter else 'none: nothing to promote'}"
    yield f"- report: {data['report']['digest']}"
    yield from (f"- baseline {name}: {digest}" for name, digest in data["baselines"].items())
    if "as_of" in data:
        yield f"- as of {data['as_of']}"


def _table(gates: list[Mapping[str, Any]]) -> Iterator[str]:
    yield "| gate | asks | against | observed | interval | n | verdict |"
    yield "|---|---|---|---:|---|---:|---|"
    for gate in gates:
        interval = "-" if gate["low"] is None else f"{gate['low']:.4g} to {gate['high']:.4g}"
        observed = "-" if gate["observed"] is None else f"{gate['observed']:.4g}"
        asks = f"{gate['metric']}: {gate['basis']} {gate['op']} {gate['threshold']:g}"
        cells = (gate["name"], asks, gate["baseline"] or "-", observed, interval, gate["n"])
        row = " | ".join(str(cell).translate(_ODD) for cell in (*cells, word(gate)))
        yield f"| {row} |"


def word(gate: Mapping[str, Any]) -> str:
    """Return the verdict of a gate, and why it decides nothing where it does not."""
    severity = gate.get("severity", "block")
    if gate["verdict"] == PASSED:
        return PASSED
    if "waiver" in gate:
        return f"{gate['verdict']}, waived"
    return str(gate["verdict"]) if severity == "block" else f"{gate['verdict']} ({severity})"


def _notes(data: Mapping[str, Any]) -> Iterator[str]:
    for gate in data["gates"]:
        if gate["verdict"] != PASSED:
            yield ""
            yield f"**{word(gate)}: {gate['name']}**: {gate['explanation']}. {gate['rationale']}"
    for waiver in data.get("waivers", []):
        yield ""
        yield (
            f"Waiver of {waiver['gate']}, {waiver['state']}: {waiver['reason']} (owner"
            f" {waiver['owner']}, approved by {waiver['approver']}, {waiver['granted']} to"
            f" {waiver['expires']})"
        )
