"""A decision artifact, read by whoever acts on it: it must verify and agree with itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oilstone_gates import waivers
from oilstone_gates.bounds import Measurement
from oilstone_gates.chain import MANIFEST
from oilstone_gates.decide import PASSED, judge, overall
from oilstone_gates.gatefile import Gate, against, identity, option
from oilstone_gates.paths import place
from oilstone_schemas import artifact, canonical
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import CheckFailed

FILE = "decision.json"


@dataclass(frozen=True)
class Decision:
    """A verified decision."""

    manifest: Manifest
    data: dict[str, Any]

    @property
    def adapter(self) -> str | None:
        """The digest of the adapter it is about; None when the report was of none."""
        return None if self.data["adapter"] is None else str(self.data["adapter"]["digest"])

    @property
    def verdict(self) -> str:
        """passed, failed or inconclusive."""
        return str(self.data["verdict"])

    @property
    def passed(self) -> bool:
        """Whether every blocking gate passed or is waived."""
        return self.verdict == PASSED


def read(folder: Path) -> Decision:
    """Return the decision in `folder`.

    Raises OilstoneError when there is none, CheckFailed when a file is not what it was or when the
    decision contradicts itself.
    """
    if (folder / MANIFEST).is_file():
        for problem in artifact.verify(folder, deep=False, search=[]):
            raise CheckFailed(problem)
    manifest = artifact.load(folder, "decision")
    data = canonical.loads((folder / FILE).read_bytes())
    for problem in contradictions(manifest, data):
        raise CheckFailed(f"{folder / FILE}: contradicts itself: {problem}")
    return Decision(manifest, data)


def contradictions(manifest: Manifest, data: dict[str, Any]) -> Iterator[str]:
    """Judge the gate file in the manifest anew, from the numbers, and yield what is different."""
    gates, findings = manifest.recipe.get("gates", []), data["gates"]
    if len(gates) != len(findings) or not all(map(_same, gates, findings)):
        yield "its gates are not those of the gate file in its manifest"
        return
    for gate, found in zip(gates, findings, strict=True):
        verdict, explanation = judge(gate, _seen(found), found.get("slice"))
        if verdict != found["verdict"]:
            yield f"gate {gate['name']!r} is {found['verdict']}, but {explanation}"
    yield from _waivers(gates, data)
    if data["verdict"] != overall(findings):
        yield f"verdict {data['verdict']!r} does not follow from its gates"
    asked = manifest.recipe.get("requires", {}).get("adapter")
    if asked is not None and data["adapter"] != {"digest": asked}:
        yield f"its gate file is for adapter {asked}, it is not"
    reports = [item["digest"] for item in manifest.inputs if item["kind"] == "report"]
    if reports != [data["report"]["digest"], *data["baselines"].values()]:
        yield "its reports are not the inputs in its manifest"


def _waivers(gates: list[Gate], data: dict[str, Any]) -> Iterator[str]:
    """Yield each waiver that does not do what it says, and each excuse without a waiver."""
    offered, findings = data.get("waivers", []), data["gates"]
    report, day = data["report"]["digest"], data.get("as_of", "")
    states = waivers.states(offered, gates, findings, report, day)
    for waiver, state in zip(offered, states, strict=True):
        if waiver["state"] != state:
            yield f"the waiver of gate {waiver['gate']!r} is {waiver['state']}, but it is {state}"
        yield from waivers.problems(waiver)
    used = {waiver["gate"]: waivers.said(waiver) for waiver in offered if waiver["state"] == "used"}
    for gate, found in zip(gates, findings, strict=True):
        if found.get("waiver") != used.get(identity(gate)):
            yield f"gate {gate['name']!r} is excused by another waiver than the one it has"


def _same(gate: Gate, found: Mapping[str, Any]) -> bool:
    """Tell whether the finding is what the gate asked for."""
    keys = ("name", "id", "metric", "op", "basis", "delta", "severity", "family")
    asked = {key: gate.get(key) for key in keys}
    asked |= {"threshold": gate["value"], "baseline": against(gate), "slice": place(gate).slice}
    if option(gate, "worst_slice"):
        del asked["slice"]
    return all(found.get(key) == value for key, value in asked.items())


def _seen(found: Mapping[str, Any]) -> Measurement:
    ends = found["low"], found["high"]
    about = found.get("level"), found.get("method"), found.get("unit")
    return Measurement(found["observed"], *ends, found["n"], found["unscored"], *about)
