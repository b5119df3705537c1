"""A decision artifact, read by whoever acts on it: it must verify and agree with itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oilstone_gates.bounds import Measurement
from oilstone_gates.chain import MANIFEST
from oilstone_gates.decide import PASSED, judge, overall
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
        """Whether every gate passed."""
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
    if [_asked(gate, "value") for gate in gates] != [
        _asked(gate, "threshold") for gate in findings
    ]:
        yield "its gates are not those of the gate file in its manifest"
        return
    for gate, found in zip(gates, findings, strict=True):
        verdict, explanation = judge(gate, _seen(found))
        if verdict != found["verdict"]:
            yield f"gate {gate['name']!r} is {found['verdict']}, but {explanation}"
    if data["verdict"] != overall([found["verdict"] for found in findings]):
        yield f"verdict {data['verdict']!r} does not follow from its gates"
    reports = [item["digest"] for item in manifest.inputs if item["kind"] == "report"]
    if reports != [data["report"]["digest"], *data["baselines"].values()]:
        yield "its reports are not the inputs in its manifest"


def _asked(gate: Mapping[str, Any], threshold: str) -> list[Any]:
    keys = ("name", "metric", "slice", "op", "basis", "baseline", threshold)
    return [gate.get(key) for key in keys]


def _seen(found: Mapping[str, Any]) -> Measurement:
    return Measurement(*(found[key] for key in ("observed", "low", "high", "n", "unscored")))
