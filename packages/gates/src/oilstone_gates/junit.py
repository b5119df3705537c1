"""A decision as JUnit XML: a gate is a test case, so that any CI shows it."""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as etree

from oilstone_gates.decide import FAILED, INCONCLUSIVE


def render(data: Mapping[str, Any]) -> bytes:
    """Return JUnit XML of a decision.

    A failed blocking gate is a failure and an inconclusive one an error; waived gates, and those
    that only warn or inform, are skipped with the reason.
    """
    suite = etree.Element("testsuite", name="gates", tests=str(len(data["gates"])))
    for gate in data["gates"]:
        _case(suite, gate)
    for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(key, str(len(suite.findall(f"testcase/{tag}"))))
    etree.indent(suite)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + etree.tostring(suite) + b"\n"


def _case(suite: etree.Element, gate: Mapping[str, Any]) -> None:
    case = etree.SubElement(suite, "testcase", classname="oilstone.gates", name=gate["name"])
    if gate["verdict"] in (FAILED, INCONCLUSIVE):
        etree.SubElement(case, _tag(gate), message=_message(gate))
    etree.SubElement(case, "system-out").text = f"{gate['explanation']}\n{gate['rationale']}"


def _tag(gate: Mapping[str, Any]) -> str:
    if "waiver" in gate or gate.get("severity", "block") != "block":
        return "skipped"
    return "failure" if gate["verdict"] == FAILED else "error"


def _message(gate: Mapping[str, Any]) -> str:
    if "waiver" in gate:
        waiver = gate["waiver"]
        return f"waived by {waiver['approver']} until {waiver['expires']}: {gate['explanation']}"
    return f"{gate['verdict']}: {gate['explanation']}"
