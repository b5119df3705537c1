"""From a gate file, a report and its baselines to a decision artifact."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from oilstone_gates import evidence, junit, markdown, waivers
from oilstone_gates.decide import finding, overall
from oilstone_gates.decision import FILE, Decision, read
from oilstone_gates.gatefile import identity
from oilstone_gates.measure import Evidence, sights
from oilstone_gates.waivers import Waiver
from oilstone_schemas import artifact, canonical

PRODUCER = "oilstone-gates"


def check(
    gates: Mapping[str, Any],
    seen: Evidence,
    out: Path,
    offered: Sequence[Waiver] = (),
    today: str | None = None,
) -> tuple[Decision, bool]:
    """Decide, write the decision to `out`, and tell whether it was there already.

    `today` (YYYY-MM-DD, UTC) is the day that waivers and ages are counted from.
    """
    day = evidence.day(today) if offered or "max_age_days" in gates.get("requires", {}) else None
    evidence.require(gates, seen, day)
    request = artifact.request(
        "decision",
        producer=PRODUCER,
        recipe=gates,
        seed=seen.seed,
        inputs=seen.inputs,
        depends=_depends(gates, seen, offered, day),
    )
    if artifact.current(out, request) is not None:
        return read(out), True
    stage = artifact.stage(out, request)
    data = decide(gates, seen, offered, day)
    (stage / FILE).write_bytes(canonical.pretty(data))
    (stage / "junit.xml").write_bytes(junit.render(data))
    (stage / "decision.md").write_text(markdown.render(data), encoding="utf-8")
    artifact.publish(
        stage,
        out,
        kind="decision",
        producer=PRODUCER,
        recipe=gates,
        seed=seen.seed,
        inputs=seen.inputs,
        request=request,
    )
    return read(out), False


def decide(
    gates: Mapping[str, Any],
    seen: Evidence,
    offered: Sequence[Waiver] = (),
    day: str | None = None,
) -> dict[str, Any]:
    """Return the content of decision.json."""
    asked = gates["gates"]
    pairs = zip(asked, sights(asked, seen), strict=True)
    findings = [finding(gate, sight.measurement, sight.slice) for gate, sight in pairs]
    found = {
        "adapter": None if seen.adapter is None else {"digest": seen.adapter},
        "report": {"digest": seen.report.digest},
        "baselines": {name: found.digest for name, found in seen.baselines.items()},
        "gates": findings,
    }
    if day is not None:
        found |= _waived(asked, findings, offered, seen.report.digest, day)
    return {**found, "verdict": overall(findings)}


def _waived(
    gates: Sequence[Mapping[str, Any]],
    findings: Sequence[dict[str, Any]],
    offered: Sequence[Waiver],
    report: str,
    day: str,
) -> dict[str, Any]:
    """Excuse, in place, the failures that a waiver is for, and account for every waiver."""
    states = waivers.states(offered, gates, findings, report, day)
    for waiver, state in zip(offered, states, strict=True):
        for gate, found in zip(gates, findings, strict=True):
            if state == "used" and identity(gate) == waiver["gate"]:
                found["waiver"] = waivers.said(waiver)
    listed = [{**waiver, "state": state} for waiver, state in zip(offered, states, strict=True)]
    return {"as_of": day, "waivers": listed}


def _depends(
    gates: Mapping[str, Any], seen: Evidence, offered: Sequence[Waiver], day: str | None
) -> dict[str, Any]:
    """Return what decides beside recipe and inputs; times are no part of a report's identity."""
    depends: dict[str, Any] = {"adapter": seen.adapter, "baselines": list(seen.baselines)}
    if any("latency" in gate["metric"] for gate in gates["gates"]):
        files = [item.data["files"] for item in seen.inputs]
        depends["times"] = [[entry["sha256"] for entry in listed] for listed in files]
    return depends if day is None else {**depends, "day": day, "waivers": list(offered)}
