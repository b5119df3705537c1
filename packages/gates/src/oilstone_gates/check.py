"""From a gate file, a report and its baselines to a decision artifact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oilstone_gates import gatefile, pairs, report, subject
from oilstone_gates.bounds import Measurement
from oilstone_gates.decide import finding, overall
from oilstone_gates.decision import FILE, Decision, read
from oilstone_gates.gatefile import Gate
from oilstone_gates.report import Report
from oilstone_schemas import artifact, canonical
from oilstone_schemas.artifact import Manifest
from oilstone_schemas.command import OilstoneError, say

PRODUCER = "oilstone-gates"


@dataclass(frozen=True)
class Evidence:
    """What the gates look at. Every report in it is verified and on the same problems."""

    report: Report
    baselines: Mapping[str, Report]
    adapter: str | None

    @property
    def seed(self) -> int:
        """The seed of the paired bootstrap: the report's, as in `oilstone-eval compare`."""
        return self.report.manifest.seed

    @property
    def inputs(self) -> list[Manifest]:
        """The reports, this one first, the baselines by name."""
        return [self.report.manifest, *(self.baselines[name].manifest for name in self.baselines)]


def gather(
    gates: Mapping[str, Any],
    folder: Path,
    baselines: Mapping[str, Path],
    adapter: Path | None,
    search: Sequence[Path],
) -> Evidence:
    """Read and verify what the gates need; raises OilstoneError when they cannot be evaluated."""
    ours = report.load(folder)
    theirs = {name: _baseline(name, baselines, ours) for name in gatefile.baselines(gates)}
    for name in baselines.keys() - theirs.keys():
        say(f"no gate is relative to baseline {name!r}; it is not read")
    return Evidence(ours, theirs, subject.adapter_digest(ours.manifest, search, adapter))


def check(gates: Mapping[str, Any], evidence: Evidence, out: Path) -> tuple[Decision, bool]:
    """Decide, write the decision to `out`, and tell whether it was there already."""
    request = artifact.request(
        "decision",
        producer=PRODUCER,
        recipe=gates,
        seed=evidence.seed,
        inputs=evidence.inputs,
        depends={"adapter": evidence.adapter, "baselines": list(evidence.baselines)},
    )
    if artifact.current(out, request) is not None:
        return read(out), True
    stage = artifact.stage(out, request)
    (stage / FILE).write_bytes(canonical.pretty(decide(gates, evidence)))
    artifact.publish(
        stage,
        out,
        kind="decision",
        producer=PRODUCER,
        recipe=gates,
        seed=evidence.seed,
        inputs=evidence.inputs,
        request=request,
    )
    return read(out), False


def decide(gates: Mapping[str, Any], evidence: Evidence) -> dict[str, Any]:
    """Return the content of decision.json."""
    findings = [finding(gate, measure(gate, evidence)) for gate in gates["gates"]]
    return {
        "adapter": None if evidence.adapter is None else {"digest": evidence.adapter},
        "report": {"digest": evidence.report.digest},
        "baselines": {name: found.digest for name, found in evidence.baselines.items()},
        "gates": findings,
        "verdict": overall([found["verdict"] for found in findings]),
    }


def measure(gate: Gate, evidence: Evidence) -> Measurement | None:
    """Return what the gate looks at: the report's metric, or its paired difference."""
    name, part = gate["metric"], gate.get("slice")
    if "baseline" not in gate:
        return report.metric(evidence.report, name, part)
    other = evidence.baselines[gate["baseline"]]
    part = part or evidence.report.primary
    sides = (report.verdicts(side, part) for side in (evidence.report, other))
    return pairs.difference(pairs.pair(name, *sides), evidence.seed)


def _baseline(name: str, given: Mapping[str, Path], ours: Report) -> Report:
    if name not in given:
        raise OilstoneError(
            f"a gate is relative to baseline {name!r}: add --baseline {name}=DIR, a report of it"
        )
    found = report.load(given[name])
    if found.digest == ours.digest:
        raise OilstoneError(f"--baseline {name}={given[name]}: is the report itself")
    mine, other = report.problems_digest(ours), report.problems_digest(found)
    if mine != other:
        raise OilstoneError(
            f"--baseline {name}={given[name]}: judged on other problems ({other[:12]}) than"
            f" {ours.manifest.folder} ({mine[:12]}); judge both on the same ones"
        )
    return found
